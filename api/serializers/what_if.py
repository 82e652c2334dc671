"""What a change of the rules would have done, in JSON."""

from typing import Any

from rest_framework import serializers

from api.fields import IdField, TimeField
from api.strictness import Query
from messaging.channels import Channel
from messaging.statuses import AddressStatus
from quarantine.what_if import Moved


class RulesQuery(Query):
    """How rules are put."""

    dry_run = serializers.BooleanField(default=False, help_text="Only tell what would be done.")


class MovedSerializer(serializers.Serializer[Any]):
    """An address that would stand differently; `id` is null where nothing is known of it."""

    id = IdField(source="address_id", allow_null=True)
    channel = serializers.ChoiceField(Channel.choices)
    address = serializers.SerializerMethodField()
    before = serializers.ChoiceField(AddressStatus.choices)
    after = serializers.ChoiceField(AddressStatus.choices, source="now")

    def get_address(self, row: Moved) -> str:
        """Return the address, as far as the caller may see it."""
        return str(self.context["viewer"].address(row))


class SampleSerializer(serializers.Serializer[Any]):
    """The first ones of each."""

    enter = MovedSerializer(many=True, source="entering")
    leave = MovedSerializer(many=True, source="leaving")


class OutlookSerializer(serializers.Serializer[Any]):
    """Who would be left alone, and who no longer, had the rules decided since then."""

    dry_run = serializers.SerializerMethodField()
    since = TimeField()
    enter = serializers.IntegerField()
    leave = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    looked_at = serializers.IntegerField()
    sample = SampleSerializer(source="*")

    def get_dry_run(self, _outlook: object) -> bool:
        """Tell that nothing was written."""
        return True
