"""Which addresses of the quarantine, in JSON and in queries: the same names everywhere."""

from typing import Any

from rest_framework import serializers

from api.fields import REASONS, IdField, NameField, TimeField
from api.strictness import Strict
from deliveries.quarantine_filter import MOST_CHOSEN, Asked
from messaging.channels import Channel
from messaging.failures import Reason
from messaging.statuses import AddressStatus

LONGEST_ADDRESS = 320
HIDDEN = "Takes the right to see addresses; a list finds nothing without it."


class EnumField(NameField):
    """A member of an enumeration by its name, read and written."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the number behind the name."""
        name = super().to_internal_value(data)
        return next(
            int(member.value)
            for member in self.enumeration
            if member.api_name == name  # type: ignore[attr-defined]
        )


def filter_fields() -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """Return the fields of a filter: two of their names are words of Python."""
    return {
        "status": serializers.ChoiceField(AddressStatus.choices, required=False),
        "channel": serializers.ChoiceField(Channel.choices, required=False),
        "reason": EnumField(Reason, REASONS, required=False),
        "account": serializers.CharField(
            required=False,
            max_length=32,
            help_text="An account's id or a kind of provider: of the delivery that caused it.",
        ),
        "prefix": serializers.CharField(
            required=False,
            max_length=32,
            help_text=f"How the number begins, such as +39333. {HIDDEN}",
        ),
        "delivery": IdField(source="delivery_id", required=False),
        "from": TimeField(source="since", required=False, help_text="Last error at or after."),
        "to": TimeField(source="until", required=False, help_text="Last error before."),
        "search": serializers.CharField(
            required=False,
            allow_blank=True,
            max_length=LONGEST_ADDRESS,
            help_text=f"How the address begins. {HIDDEN}",
        ),
    }


class FilterSerializer(Strict):
    """Which addresses; without a status all that are not valid."""

    ids = serializers.ListField(
        child=IdField(), required=False, allow_empty=False, max_length=MOST_CHOSEN
    )

    def get_fields(self) -> dict[str, Any]:
        """Return the filter, and addresses chosen one by one."""
        return filter_fields() | super().get_fields()


def asked(given: dict[str, Any]) -> Asked:
    """Return what a serializer with these fields has read."""
    return Asked(**given)
