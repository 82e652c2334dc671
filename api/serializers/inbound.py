"""Replies in JSON."""

from typing import Any

from rest_framework import serializers

from api.fields import IdField, TimeField
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

    def get_address(self, reply: InboundMessage) -> str:
        """Return who wrote, as far as the caller may see it."""
        return str(self.context["viewer"].address(reply))

    def get_text(self, reply: InboundMessage) -> str:
        """Return what was written."""
        return str(self.context["viewer"].text(reply.text, address=reply.address))
