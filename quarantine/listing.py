"""The list of addresses that are not simply valid, cut in every way it can be asked for."""

from typing import NamedTuple

from django.db.models import QuerySet

from messaging.statuses import AddressStatus
from quarantine.models import Address, Change, Fact

ORDER = ("-modified_at", "-id")
MOST_OF_A_STORY = 500


class Filter(NamedTuple):
    """Which addresses; without a status all that are not valid.

    search: how the address begins.  delivery_id: the one that caused the standing.
    """

    status: str = ""
    channel: str = ""
    reason: int | None = None
    delivery_id: int | None = None
    search: str = ""


def listed(chosen: Filter, *, sees_addresses: bool) -> "QuerySet[Address]":
    """Return the addresses; a search finds none for those who may not see them."""
    found = Address.objects.exclude(status=AddressStatus.VALID)
    if chosen.status:
        found = Address.objects.filter(status=chosen.status)
    if chosen.channel:
        found = found.filter(channel=chosen.channel)
    if chosen.reason is not None:
        found = found.filter(reason=chosen.reason)
    if chosen.delivery_id is not None:
        found = found.filter(delivery_id=chosen.delivery_id)
    if chosen.search:
        if not sees_addresses:
            return found.none()
        found = found.filter(address__startswith=spelled(chosen.search))
    return found


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
