"""Replies in JSON."""

from typing import Any

from rest_framework import serializers

from api.fields import IdField, TimeField
from api.paging import Paged
from ingestion import inbound
from ingestion.models import InboundMessage


class InboundSerializer(serializers.Serializer[Any]):
    """What somebody wrote back; addresses are masked for those without the right."""

    id = IdField()
    at = TimeField()
    address = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    keyword = serializers.CharField()
    action = serializers.CharField()
    account = IdField(source="account_id")
    message = IdField(source="message_id", allow_null=True)

    def get_address(self, reply: InboundMessage) -> str:
        """Return who wrote, as far as the caller may see it."""
        return str(self.context["viewer"].address(reply))

    def get_text(self, reply: InboundMessage) -> str:
        """Return what was written."""
        return str(self.context["viewer"].text(reply.text, address=reply.address))


class InboundQuery(Paged):
    """Which replies; since and until are times of reception."""

    search = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=64,
        help_text="How the address begins; finds nothing without the right to see addresses.",
    )
    keyword = serializers.ChoiceField(choices=inbound.KEYWORDS, required=False)
    action = serializers.ChoiceField(choices=inbound.ACTIONS, required=False)
    account = IdField(source="account_id", required=False)
    delivery = IdField(source="delivery_id", required=False)
    since = TimeField(required=False)
    until = TimeField(required=False)
