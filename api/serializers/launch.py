"""Starting a delivery, and deciding what is in doubt, in JSON."""

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from api.fields import IdField, TimeField
from api.strictness import Strict
from sending.models import Outgoing

MOST_AT_ONCE = 1_000


class StartSerializer(Strict):
    """When a delivery starts, and in which waves; nothing: now, and all at once."""

    at = TimeField(
        required=False,
        allow_null=True,
        help_text="A time to come, with its zone; left out: now.",
    )
    waves = serializers.ListField(
        child=serializers.CharField(max_length=16),
        required=False,
        max_length=100,
        help_text="Each a number of messages, a share such as 10%, or (the last one) rest.",
    )
    interval = serializers.IntegerField(
        required=False, min_value=1, max_value=10_080, help_text="Minutes between two waves."
    )

    @property
    def asked(self) -> dict[str, Any]:
        """Return what was asked for, as starting wants it."""
        given = self.validated_data
        minutes = given.get("interval")
        return {
            "starts_at": given.get("at"),
            "wanted": given.get("waves", []),
            "interval": None if minutes is None else timedelta(minutes=minutes),
        }


class NothingSerializer(Strict):
    """An act that takes no more than its address."""


class DoubtSerializer(serializers.Serializer[Any]):
    """A message of which nobody knows whether it left."""

    message = IdField(source="message_id")
    address = serializers.SerializerMethodField()
    claimed_at = TimeField()
    error = serializers.SerializerMethodField()

    def get_address(self, row: Outgoing) -> str:
        """Return the address, masked for those who may not see it."""
        shown: str = self.context["viewer"].address(row.message)
        return shown

    def get_error(self, row: Outgoing) -> str:
        """Return why nobody knows; the provider's words may hold an address."""
        address = row.message.address
        return str(self.context["viewer"].text(row.last_error, address=address))


class DoubtDecisionSerializer(Strict):
    """What somebody has found out about messages in doubt."""

    was_sent = serializers.BooleanField()
    messages = serializers.ListField(
        child=IdField(),
        required=False,
        allow_empty=False,
        max_length=MOST_AT_ONCE,
        help_text="Their ids; left out: all of the delivery that are in doubt.",
    )


class DecidedSerializer(serializers.Serializer[Any]):
    """How many messages were decided on."""

    decided = serializers.IntegerField()
