"""The list of addresses that are not simply valid, cut in every way it can be asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from messaging.statuses import AddressStatus
from quarantine.models import Address, Change, Fact

ORDER = ("-modified_at", "-id")
MOST_OF_A_STORY = 500


class Filter(NamedTuple):
    """Which addresses; without a status all that are not valid, unless they are named by id.

    search: how the address begins; prefix: how the number does.  delivery_id: the one that caused
    the standing; deliveries: a query of the ids of several.  since, until: when the last error was.
    """

    status: str = ""
    channel: str = ""
    reason: int | None = None
    delivery_id: int | None = None
    search: str = ""
    prefix: str = ""
    since: datetime | None = None
    until: datetime | None = None
    deliveries: "QuerySet[Any] | None" = None
    ids: Sequence[int] = ()


def listed(chosen: Filter, *, sees_addresses: bool) -> "QuerySet[Address]":
    """Return the addresses; how one begins finds none for those who may not see them."""
    found = Address.objects.filter(**_exact(chosen))
    if not chosen.status and not chosen.ids:
        found = found.exclude(status=AddressStatus.VALID)
    if chosen.since:
        found = found.filter(last_error_at__gte=chosen.since)
    if chosen.until:
        found = found.filter(last_error_at__lt=chosen.until)
    for beginning in (chosen.search, chosen.prefix):
        if beginning:
            if not sees_addresses:
                return found.none()
            found = found.filter(address__startswith=spelled(beginning))
    return found


def _exact(chosen: Filter) -> dict[str, Any]:
    """Return what columns have to be."""
    wanted = {
        "status": chosen.status or None,
        "channel": chosen.channel or None,
        "reason": chosen.reason,
        "delivery_id": chosen.delivery_id,
        "delivery_id__in": chosen.deliveries,
        "pk__in": chosen.ids or None,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def changes(row: Address) -> "QuerySet[Change]":
    """Return what happened to the standing of an address, the latest first."""
    told = row.changes.select_related("actor", "rule")
    return told.order_by("-id")[:MOST_OF_A_STORY]


def facts(row: Address) -> "QuerySet[Fact]":
    """Return what counts for an address, the latest first."""
    return row.facts.select_related("rule").order_by("-at", "-key")[:MOST_OF_A_STORY]


def spelled(text: str) -> str:
    """Return the beginning of an address as it would be stored."""
    text = text.strip()
    if "@" in text or not any(sign.isdigit() for sign in text):
        return text.casefold()
    digits = "".join(sign for sign in text if sign not in " .-()/")
    return f"+{digits[2:]}" if digits.startswith("00") else digits
