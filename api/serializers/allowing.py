"""Addresses that are written to although they are in quarantine, in JSON."""

from typing import Any

from rest_framework import serializers

from api.fields import IdField, TimeField
from api.strictness import Strict
from messaging import addresses
from messaging.channels import Channel
from sending.allowing import LONGEST_REASON
from sending.models import AllowedAddress

LONGEST_ADDRESS = 320


class AllowedSerializer(serializers.Serializer[Any]):
    """An address of the list; masked for those without the right to see it."""

    id = IdField()
    channel = serializers.ChoiceField(Channel.choices)
    address = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    made_at = TimeField()
    made_by = serializers.SerializerMethodField()

    def get_address(self, row: AllowedAddress) -> str:
        """Return the address, as far as the caller may see it."""
        return str(self.context["viewer"].address(row))

    def get_reason(self, row: AllowedAddress) -> str:
        """Return why it is on the list, in somebody's own words."""
        return str(self.context["viewer"].text(row.text, address=row.address))

    def get_made_by(self, row: AllowedAddress) -> str:
        """Return who put it there; empty for the command."""
        return row.made_by.get_username() if row.made_by else ""


class NewAllowedSerializer(Strict):
    """An address that is to be written to although it is in quarantine."""

    address = serializers.CharField(
        max_length=LONGEST_ADDRESS, help_text="A number in international form, or an e-mail."
    )
    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="In your own words.")

    def validate_address(self, given: str) -> str:
        """Return the address in its one spelling."""
        try:
            return addresses.normalise(addresses.channel_of(given), given)
        except addresses.BadAddress as error:
            raise serializers.ValidationError(str(error)) from error
