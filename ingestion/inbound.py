"""Inbound messages as they are browsed: by what they ask, where they came, and who wrote."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from ingestion.models import InboundMessage
from storage.ids import lowest_id

# What a filter calls a keyword or an action that is empty.
NONE = "none"
KEYWORDS = ("STOP", "START", "HELP", NONE)
ACTIONS = tuple(str(action) or NONE for action in InboundMessage.Action)
_SEPARATORS = re.compile(r"[\s.\-()/]+")


@dataclass(frozen=True, slots=True)
class InboundFilter:
    """Which inbound messages; since and until are times of reception, until not included.

    search: how the address begins.
    """

    search: str = ""
    keyword: str = ""
    action: str = ""
    account_id: int | None = None
    delivery_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def listed(chosen: InboundFilter, *, sees_addresses: bool) -> QuerySet[InboundMessage]:
    """Return the chosen messages; who may not see addresses finds nothing by them."""
    found = InboundMessage.objects.all()
    if chosen.search:
        found = found.filter(_begins(chosen.search)) if sees_addresses else found.none()
    if chosen.keyword:
        found = found.filter(keyword="" if chosen.keyword == NONE else chosen.keyword)
    if chosen.action:
        found = found.filter(action="" if chosen.action == NONE else chosen.action)
    if chosen.account_id is not None:
        found = found.filter(account_id=chosen.account_id)
    if chosen.delivery_id is not None:
        found = found.filter(delivery_id=chosen.delivery_id)
    # An id tells when the message was stored.
    if chosen.since is not None:
        found = found.filter(id__gte=lowest_id(chosen.since))
    if chosen.until is not None:
        found = found.filter(id__lt=lowest_id(chosen.until))
    return found


def of_message(message_id: int) -> QuerySet[InboundMessage]:
    """Return what was written back to a message, in the order of arrival."""
    return InboundMessage.objects.filter(message_id=message_id).order_by("id")


def _begins(search: str) -> Q:
    """Match a number however it is spaced, with its plus sign, 00, or neither; or a name."""
    text = search.strip()
    digits = _SEPARATORS.sub("", text)
    number = digits.removeprefix("+").removeprefix("00")
    if not number.isdecimal():
        return Q(address__startswith=text)
    return Q(address__startswith=f"+{number}") | Q(address__startswith=digits)
