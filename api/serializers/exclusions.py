"""Exclusions in JSON."""

from typing import Any

from rest_framework import serializers

from api import fields
from api.fields import REASONS, IdField, TimeField
from api.paging import Paged
from deliveries.models import Exclusion

# What of a cause is told: whatever else is kept of it might hold an address.
CAUSES = ("line", "message_id", "address_id", "change_id")
MESSAGES = "message_ids"


class ExclusionSerializer(serializers.Serializer[Any]):
    """One recipient who was left out; addresses are masked for those without the right."""

    id = IdField()
    address = serializers.SerializerMethodField()
    recipient = serializers.SerializerMethodField()
    reason = fields.reason()
    text = serializers.SerializerMethodField()
    rule = serializers.CharField()
    line = serializers.IntegerField(allow_null=True, help_text="Of the target.")
    cause = serializers.SerializerMethodField(
        help_text="What it goes back to: line; message_id, with message_ids where there are "
        "several; or address_id and change_id."
    )
    created_at = TimeField()

    def get_cause(self, exclusion: Exclusion) -> dict[str, str | list[str]]:
        """Return ids, as everywhere in JSON, as text."""
        cause = exclusion.cause
        told: dict[str, str | list[str]] = {
            name: str(cause[name]) for name in CAUSES if name in cause
        }
        if MESSAGES in cause:
            told[MESSAGES] = [str(each) for each in cause[MESSAGES]]
        return told

    def get_address(self, exclusion: Exclusion) -> str:
        """Return the address, as far as the caller may see it."""
        return str(self.context["viewer"].address(exclusion))

    def get_recipient(self, exclusion: Exclusion) -> str:
        """Return the sender's own reference of the recipient."""
        return str(self.context["viewer"].recipient(exclusion.recipient))

    def get_text(self, exclusion: Exclusion) -> str:
        """Return why, in words."""
        return str(self.context["viewer"].text(exclusion.text, address=exclusion.address))


class ExclusionsQuery(Paged):
    """How the exclusions of a delivery can be cut."""

    reason = serializers.ChoiceField(choices=REASONS, required=False)
