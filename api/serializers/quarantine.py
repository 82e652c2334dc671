"""Addresses that are left alone, and the rules, in JSON."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import FAILURE_TYPES, REASONS, IdField, NameField, TimeField, reason
from api.paging import Paged
from api.serializers.quarantine_filter import EnumField, filter_fields
from api.strictness import Strict
from messaging import addresses
from messaging.channels import Channel
from messaging.failures import FailureType, Reason
from messaging.statuses import AddressStatus
from quarantine import listing
from quarantine.models import Address, Change, Fact, Rule

LONGEST_ADDRESS = 320
LONGEST_TEXT = 500
LEFT_ALONE = (AddressStatus.QUARANTINE, AddressStatus.DENYLISTED)
DECIDED = [(status.value, status.label) for status in (AddressStatus.VALID, *LEFT_ALONE)]
ADDED = [(status.value, status.label) for status in LEFT_ALONE]


class AddressSerializer(serializers.Serializer[Any]):
    """An address as it stands; masked for those without the right to see it."""

    id = IdField()
    channel = serializers.ChoiceField(Channel.choices)
    address = serializers.SerializerMethodField()
    status = serializers.ChoiceField(AddressStatus.choices)
    reason = reason()
    error_text = serializers.SerializerMethodField()
    error_count = serializers.IntegerField()
    first_error_at = TimeField(allow_null=True)
    last_error_at = TimeField(allow_null=True)
    delivery = IdField(source="delivery_id", allow_null=True)
    modified_at = TimeField()

    def get_address(self, row: Address) -> str:
        """Return the address, as far as the caller may see it."""
        return str(self.context["viewer"].address(row))

    def get_error_text(self, row: Address) -> str:
        """Return the error, or why a person decided so."""
        return str(self.context["viewer"].text(row.error_text, address=row.address))


class ChangeSerializer(serializers.Serializer[Any]):
    """One step in the story of an address."""

    at = TimeField()
    before = serializers.ChoiceField(AddressStatus.choices)
    after = serializers.ChoiceField(AddressStatus.choices)
    reason = reason()
    text = serializers.SerializerMethodField()
    rule = IdField(source="rule_id", allow_null=True)
    rule_version = serializers.IntegerField(allow_null=True)
    message = IdField(source="message_id", allow_null=True)
    inbound = IdField(source="inbound_id", allow_null=True)
    incident = IdField(source="incident_id", allow_null=True)
    actor = serializers.SerializerMethodField()
    bulk = IdField(source="act_id", allow_null=True)

    def get_text(self, row: Change) -> str:
        """Return what caused it."""
        return str(self.context["viewer"].text(row.text, address=self.context["address"]))

    def get_actor(self, row: Change) -> str:
        """Return who decided; empty where rules and words did."""
        return row.actor.get_username() if row.actor else ""


class FactSerializer(serializers.Serializer[Any]):
    """One thing that counts for an address."""

    at = TimeField()
    says = serializers.SerializerMethodField()
    failure_type = NameField(FailureType, FAILURE_TYPES)
    reason = reason()
    rule = IdField(source="rule_id", allow_null=True)
    message = IdField(source="message_id", allow_null=True)
    delivery = IdField(source="delivery_id", allow_null=True)
    incident = IdField(
        source="incident_id",
        allow_null=True,
        help_text="What holds a failure, which counts for nothing then.",
    )

    def get_says(self, row: Fact) -> str:
        """Return what happened: delivered, failed, released, quarantined or denylisted."""
        return Fact.Says(row.says).name.lower()


class AddressStorySerializer(AddressSerializer):
    """An address with every change of it, and what counts for it, newest first."""

    changes = serializers.SerializerMethodField()
    facts = serializers.SerializerMethodField()

    @extend_schema_field(ChangeSerializer(many=True))
    def get_changes(self, row: Address) -> Any:
        """Return every change, as far back as a story goes."""
        return ChangeSerializer(listing.changes(row), many=True, context=self.context).data

    @extend_schema_field(FactSerializer(many=True))
    def get_facts(self, row: Address) -> Any:
        """Return what the record is made of."""
        return FactSerializer(listing.facts(row), many=True, context=self.context).data


class AddressesQuery(Paged):
    """Which addresses; without a status all that are not valid."""

    def get_fields(self) -> dict[str, Any]:
        """Return what every list can be asked, and the filter."""
        return super().get_fields() | filter_fields()


class DecisionSerializer(Strict):
    """Why somebody decides so."""

    reason = serializers.CharField(
        max_length=LONGEST_TEXT, help_text="In your own words, or the name of a reason."
    )

    def decision(self) -> dict[str, Any]:
        """Return text and reason, as acts want to be told."""
        text = self.validated_data["reason"]
        named = [member for member in Reason if member.api_name == text]
        return {"text": text, "reason": int(named[0]) if named else int(Reason.UNDEFINED)}


class AddressChangeSerializer(DecisionSerializer):
    """What an address is to be from now on."""

    status = serializers.ChoiceField(DECIDED)


class NewAddressSerializer(DecisionSerializer):
    """An address to be left alone."""

    channel = serializers.ChoiceField(Channel.choices)
    address = serializers.CharField(max_length=LONGEST_ADDRESS)
    status = serializers.ChoiceField(ADDED, default=AddressStatus.QUARANTINE)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Bring the address into its one spelling."""
        try:
            spelled = addresses.normalise(attrs["channel"], attrs["address"])
        except addresses.BadAddress as error:
            raise serializers.ValidationError({"address": [str(error)]}) from error
        return attrs | {"address": spelled}


class RuleSerializer(serializers.Serializer[Any]):
    """What a failure does to the address; what is only read is ignored when it is written."""

    id = IdField(read_only=True)
    channel = serializers.ChoiceField(Channel.choices, allow_null=True, default=None)
    failure_type = EnumField(FailureType, FAILURE_TYPES)
    reason = EnumField(Reason, REASONS, allow_null=True, default=None)
    action = serializers.ChoiceField(Rule.Action.choices)
    threshold = serializers.IntegerField(min_value=1, max_value=1_000, default=5)
    forgiven_after_days = serializers.IntegerField(min_value=1, max_value=3_650, default=10)
    version = serializers.IntegerField(read_only=True)
    made_at = TimeField(read_only=True)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what is unknown: a mistyped name must not be lost silently."""
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            raise serializers.ValidationError(
                {str(name): [_("There is no such field.")] for name in unknown}
            )
        return super().to_internal_value(data)


class RulesSerializer(Strict):
    """All rules together: they take the place of those in force."""

    results = RuleSerializer(many=True, allow_empty=False)
