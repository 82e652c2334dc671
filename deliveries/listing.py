"""The list of deliveries: filtered, sorted by any column, each with its figures."""

from datetime import datetime
from typing import NamedTuple, TypedDict, Unpack

from django.db.models import BigIntegerField, Expression, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models import Count as CountOf
from django.db.models.functions import Cast, Coalesce, Lower, Substr
from django.utils.translation import gettext_lazy as _

from deliveries import counters, figures
from deliveries.figures import Figures
from deliveries.filters import BadFilter, fault_of_text, unknown
from deliveries.models import Counter, Delivery
from messaging.channels import Channel
from messaging.statuses import PROCESSED, DeliveryStatus, MessageStatus
from storage import keyset
from storage.keyset import Page


class Row(NamedTuple):
    """One line of the list."""

    delivery: Delivery
    figures: Figures


class Count(NamedTuple):
    """How many deliveries a filter leaves, of how many."""

    matching: int
    all: int


def _counted(*statuses: MessageStatus) -> Expression:
    """Return the sum of one figure of each delivery: a short walk along the counters' index."""
    wanted = Q()
    for status in statuses:
        wanted |= Q(key__startswith=f"{status.value}.")
    found = (
        Counter.objects.filter(wanted, delivery=OuterRef("pk"), figure=counters.STATE)
        .order_by()
        .values("delivery")
        .annotate(total=Sum("value"))
        .values("total")
    )
    return Coalesce(Subquery(found, output_field=BigIntegerField()), 0)


# What each column sorts by.  A code is sorted by its number: DM9 stands before DM10.
SORTS: dict[str, Expression | F] = {
    "label": Lower("label"),
    "code": Cast(Substr("code", 3), BigIntegerField()),
    "status": F("status"),
    "contact_date": F("contact_date"),
    "to_send": _counted(),
    "processed": _counted(*PROCESSED),
    "success": _counted(MessageStatus.DELIVERED),
}
DEFAULT_SORT = "-contact_date"


_CONDITIONS = {
    "label": "label__icontains",
    "since": "contact_date__gte",
    "until": "contact_date__lt",
}


class Wanted(TypedDict, total=False):
    """What the list can be filtered by; empty or None for all.

    label: text that labels contain, whatever its case; folder: a folder as it is written; since,
    until: contact dates, the first within and the first beyond.
    """

    label: str
    status: str
    folder: str
    account: int | None
    channel: str
    since: datetime | None
    until: datetime | None


def page(
    *,
    sort: str = DEFAULT_SORT,
    cursor: str | None = None,
    size: int = 50,
    **wanted: Unpack[Wanted],
) -> Page[Row]:
    """Return one page of the list with two queries; raise BadFilter or BadCursor.

    sort: one of SORTS, "-" before it to descend; deliveries without a contact date come last.
    """
    name, sign = sort.removeprefix("-"), "-" if sort.startswith("-") else ""
    if name not in SORTS:
        raise BadFilter({"sort": unknown(among=SORTS)})
    rows = _matching(wanted).select_related("account")
    key = name
    if not isinstance(SORTS[name], F):
        key = f"sorted_{name}"
        rows = rows.annotate(**{key: SORTS[name]})
    order = (f"{sign}{key}", f"{sign}id")
    found = keyset.page(rows, order=order, cursor=cursor, size=size)
    counted = figures.of(delivery_ids=[delivery.pk for delivery in found.rows])
    return found.having([Row(delivery, counted[delivery.pk]) for delivery in found.rows])


class Folder(NamedTuple):
    """A folder, and how many deliveries are filed in it."""

    name: str
    deliveries: int


class Kinds(NamedTuple):
    """What deliveries there are: their folders, and the channels they go out on."""

    folders: list[Folder]
    channels: list[str]


def kinds() -> Kinds:
    """Return by what the list can be narrowed, with one statement."""
    folders: dict[str, int] = {}
    channels = set()
    rows = (
        Delivery.objects.filter(proof_of=None).order_by("folder").values_list("folder", "channel")
    )
    for folder, channel, number in rows.annotate(number=CountOf("id")):
        channels.add(channel)
        if folder:
            folders[folder] = folders.get(folder, 0) + number
    return Kinds([Folder(*pair) for pair in folders.items()], sorted(channels))


def count(**wanted: Unpack[Wanted]) -> Count:
    """Return how many deliveries match, of how many; raise BadFilter."""
    every = Delivery.objects.filter(proof_of=None)
    return Count(matching=_matching(wanted).count(), all=every.count())


def _matching(wanted: Wanted) -> "QuerySet[Delivery]":
    if errors := _faults(wanted):
        raise BadFilter(errors)
    conditions = {
        _CONDITIONS.get(field, field): value
        for field, value in wanted.items()
        if value not in ("", None)
    }
    return Delivery.objects.filter(proof_of=None, **conditions)


def _faults(wanted: Wanted) -> dict[str, str]:
    errors = {}
    for field, known in (("status", DeliveryStatus.values), ("channel", Channel.values)):
        if (value := wanted.get(field)) and value not in known:
            errors[field] = unknown(among=dict.fromkeys(known))
    for field in ("label", "folder"):
        if fault := fault_of_text(str(wanted.get(field) or "")):
            errors[field] = str(fault)
    account = wanted.get("account")
    if account is not None and not 0 < account < 1 << 63:
        errors["account"] = str(_("There is no such account."))
    return errors
