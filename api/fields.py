"""How values look in JSON: ids as decimal strings, times in UTC, enumerations by name."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from messaging.failures import FailureType, Reason
from messaging.statuses import Evidence, MessageStatus

HIGHEST_ID = (1 << 63) - 1
LONGEST_ID = 19

MESSAGE_STATUSES = [(status.api_name, status.label) for status in MessageStatus]
FAILURE_TYPES = [(kind.api_name, kind.label) for kind in FailureType]
REASONS = [(reason.api_name, reason.label) for reason in Reason]
EVIDENCES = [(evidence.api_name, evidence.label) for evidence in Evidence]


class IdField(serializers.CharField):
    """An id: a decimal string, because JavaScript's numbers end below ours; read as either."""

    default_error_messages = {"no_id": _("Give an id: a whole number, as text or as a number.")}

    def to_internal_value(self, data: Any) -> Any:
        """Return the number."""
        text = str(data) if isinstance(data, int | str) and not isinstance(data, bool) else ""
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
            self.fail("no_id")
        number = int(text)
        if not 0 < number <= HIGHEST_ID:
            self.fail("no_id")
        return number

    def to_representation(self, value: Any) -> str:
        """Return the decimal string."""
        return str(value)


class TimeField(serializers.DateTimeField):
    """A time: read with its zone, and written in UTC, whatever zone the site shows to people."""

    default_error_messages = dict.fromkeys(
        ("invalid", "date"),
        _(
            "Give an ISO 8601 time with its zone: 2026-01-31T12:00:00Z, or "
            "2026-01-31T13:00:00+01:00."
        ),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def enforce_timezone(self, value: datetime) -> datetime:
        """Refuse a time without a zone: whose clock was meant would be a guess."""
        if timezone.is_naive(value):
            self.fail("invalid")
        return super().enforce_timezone(value)


class NameField(serializers.ChoiceField):
    """A member of one of our enumerations, by the name that JSON carries."""

    def __init__(self, enumeration: type[Enum], choices: list[tuple[str, Any]], **kw: Any) -> None:
        self.enumeration = enumeration
        super().__init__(choices=choices, **kw)

    def to_representation(self, value: Any) -> Any:
        """Return the name."""
        name: str = self.enumeration(value).api_name  # type: ignore[attr-defined]
        return name


class FailureField(NameField):
    """A name that says why a message failed; null where it has not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, allow_null=True, **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        """Return the value, None where the row that has it has not failed."""
        *above, name = self.source_attrs
        for attribute in above:
            instance = getattr(instance, attribute)
        return getattr(instance, name) if instance.status == MessageStatus.FAILED else None


def status(**kwargs: Any) -> NameField:
    """Return the field of a message's status."""
    return NameField(MessageStatus, MESSAGE_STATUSES, read_only=True, **kwargs)


def failure_type(**kwargs: Any) -> NameField:
    """Return the field of a failure's type."""
    return FailureField(FailureType, FAILURE_TYPES, read_only=True, **kwargs)


def failure_reason(**kwargs: Any) -> NameField:
    """Return the field of a failure's reason."""
    return FailureField(Reason, REASONS, read_only=True, **kwargs)


def reason(**kwargs: Any) -> NameField:
    """Return the field of a reason that always stands."""
    return NameField(Reason, REASONS, read_only=True, **kwargs)


def evidence(**kwargs: Any) -> NameField:
    """Return the field of the evidence of a delivery."""
    return NameField(Evidence, EVIDENCES, read_only=True, **kwargs)
