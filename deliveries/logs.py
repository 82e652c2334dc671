"""The logs of a delivery: its messages, filtered, searched, a page at a time.

Every query says that a message's id is greater than its delivery's, so that PostgreSQL leaves out
the partitions from before the delivery.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from deliveries import counters, figures, search
from deliveries.filters import BadFilter, fault_of_text, unknown
from deliveries.models import Counter, Delivery, Message, ProviderReference
from messaging.failures import FailureType, Reason
from messaging.statuses import MessageStatus
from storage import keyset
from storage.keyset import Condition, Page

SORTS = {
    "changed_at": ("changed_at", "id"),
    "-changed_at": ("-changed_at", "-id"),
    "address": ("address", "id"),
    "-address": ("-address", "-id"),
}
DEFAULT_SORT = "-changed_at"
MOST_COUNTED = 1_000
# So many messages are read for one page where no index serves what is asked.
WINDOW = 20_000

_STATUSES = {status.api_name: status for status in MessageStatus}
_TYPES = {kind.api_name: kind for kind in FailureType}
_REASONS = {reason.api_name: reason for reason in Reason}


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which messages: names as JSON carries them, empty for all."""

    status: str = ""
    failure_type: str = ""
    reason: str = ""
    search: str = ""

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> "LogFilter":
        """Read the fields that a request names; raise BadFilter."""
        known: dict[str, Mapping[str, object]] = {
            "status": _STATUSES,
            "failure_type": _TYPES,
            "reason": _REASONS,
        }
        values = {name: (fields.get(name) or "").strip() for name in (*known, "search")}
        errors = {
            name: unknown(among=names)
            for name, names in known.items()
            if values[name] and values[name] not in names
        }
        if fault := fault_of_text(values["search"]):
            errors["search"] = str(fault)
        if errors:
            raise BadFilter(errors)
        return cls(**values)

    @property
    def wanted(self) -> dict[str, int]:
        """Return the columns of a message that must have a value, and which."""
        wanted: dict[str, int] = {}
        if self.status:
            wanted["status"] = _STATUSES[self.status]
        if self.failure_type:
            wanted["failure_type"] = _TYPES[self.failure_type]
        if self.reason:
            wanted["reason"] = _REASONS[self.reason]
        if self.failure_type or self.reason:
            # Only what failed has them; another status beside them is matched by nothing.
            wanted.setdefault("status", MessageStatus.FAILED)
        return wanted

    def has(self, key: str) -> bool:
        """Tell whether a key of counters.STATE is one of those that the filter asks for."""
        state = dict(
            zip(("status", "failure_type", "reason"), map(int, key.split(".")), strict=True)
        )
        return all(state[column] == value for column, value in self.wanted.items())


class LogRow(NamedTuple):
    """One message and the ids its provider gave it, by attempt and part."""

    message: Message
    provider_message_ids: list[str]


class Count(NamedTuple):
    """How many messages match; where not exact, at least so many."""

    number: int
    exact: bool


def page(
    *,
    delivery: Delivery,
    filter: LogFilter,  # noqa: A002  # what it is
    sort: str = DEFAULT_SORT,
    cursor: str | None = None,
    size: int = 100,
    sees_addresses: bool,
) -> Page[LogRow]:
    """Return one page of the logs; raise BadFilter or BadCursor.

    A page may be short, or empty, and still have a next one: where no index serves what is asked,
    a bounded stretch of the logs is read.  Without the right to addresses nothing can be found or
    ordered by them: both would tell them.
    """
    if sort not in SORTS:
        raise BadFilter({"sort": unknown(among=SORTS)})
    if "address" in sort and not sees_addresses:
        raise BadFilter({"sort": str(_("You may not sort by address."))})
    asked = _Asked(delivery, filter, sort, sees_addresses=sees_addresses)
    found = _found(asked, _Place(order=SORTS[sort], cursor=cursor, size=size))
    ids = provider_ids(messages=found.rows)
    return found.having([LogRow(message, ids.get(message.pk, [])) for message in found.rows])


class _Place(TypedDict):
    order: tuple[str, str]
    cursor: str | None
    size: int


def _found(asked: "_Asked", place: _Place) -> Page[Message]:
    if asked.filter.search:
        return _searched(asked, place)
    if asked.by_address and asked.filter.wanted:
        if _counted(asked.delivery, asked.filter) > search.FEW:
            return keyset.sift(asked.walked, where=asked.where, window=WINDOW, **place)
        ids = asked.matching.order_by("-changed_at").values_list("id", flat=True)
        return keyset.page(asked.everything.filter(id__in=list(ids[: search.FEW])), **place)
    return keyset.page(asked.matching, split=asked.parts, **place)


def _searched(asked: "_Asked", place: _Place) -> Page[Message]:
    found = asked.search()
    if found.condition is None:
        return keyset.page(asked.matching.filter(id__in=found.ids), **place)
    if asked.by_address and found.only_address_of_many and not asked.filter.wanted:
        begins = Q(address__startswith=asked.filter.search)
        others = ~begins & Q(id__in=found.ids)
        return keyset.page(
            asked.matching,
            split=lambda rows: [rows.filter(begins), rows.filter(others)],
            **place,
        )
    where = asked.where.also(found.condition)
    return keyset.sift(asked.walked, where=where, window=WINDOW, **place)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked, as the querysets that indexes serve."""

    delivery: Delivery
    filter: LogFilter
    sort: str
    sees_addresses: bool

    @property
    def by_address(self) -> bool:
        return "address" in self.sort

    @property
    def everything(self) -> "QuerySet[Message]":
        return Message.objects.filter(delivery_id=self.delivery.pk, id__gte=self.delivery.pk)

    @property
    def matching(self) -> "QuerySet[Message]":
        return self.everything.filter(**self.filter.wanted)

    @property
    def walked(self) -> "QuerySet[Message]":
        """Return what an index gives in the order asked: `where` leaves of it what matches."""
        if self.by_address or "status" not in self.filter.wanted:
            return self.everything
        return self.everything.filter(status=self.filter.wanted["status"])

    @property
    def where(self) -> Condition:
        wanted = self.filter.wanted
        return Condition(
            " AND ".join(["true", *(f"seen.{column} = %s" for column in wanted)]),
            tuple(wanted.values()),
        )

    def search(self) -> search.Found:
        return search.find(
            delivery=self.delivery, text=self.filter.search, sees_addresses=self.sees_addresses
        )

    def parts(self, rows: "QuerySet[Message]") -> "list[QuerySet[Message]]":
        """Cut by failure type and reason where only one is asked: the index begins with both."""
        asked = {"failure_type", "reason"} & self.filter.wanted.keys()
        if len(asked) != 1:
            return [rows]
        return [
            rows.filter(failure_type=failure.failure_type, reason=failure.reason)
            for failure in figures.failures(delivery_id=self.delivery.pk)
            if all(getattr(failure, name) == self.filter.wanted[name] for name in asked)
        ] or [rows.none()]


def provider_ids(*, messages: list[Message]) -> dict[int, list[str]]:
    """Return the providers' ids of some messages, by message, with one query."""
    found: dict[int, list[str]] = {}
    if not messages:
        return found
    keys = [message.pk for message in messages]
    references = (
        ProviderReference.objects.filter(message_id__in=keys, message_id__gte=min(keys))
        .order_by("message_id", "attempt", "part", "id")
        .values_list("message_id", "provider_id")
    )
    for message_id, provider_id in references:
        found.setdefault(message_id, []).append(provider_id)
    return found


def count(*, delivery: Delivery, filter: LogFilter, sees_addresses: bool) -> Count:  # noqa: A002
    """Return how many messages match: exact from the counters, a search up to 1,000."""
    number = _counted(delivery, filter)
    if not filter.search:
        return Count(number, exact=True)
    asked = _Asked(delivery, filter, DEFAULT_SORT, sees_addresses=sees_addresses)
    found = asked.search()
    if found.condition is None:
        found_in_all = asked.matching.filter(id__in=found.ids).count()
        return Count(min(found_in_all, MOST_COUNTED), exact=found_in_all <= MOST_COUNTED)
    sifted = keyset.count(
        asked.walked,
        where=asked.where.also(found.condition),
        window=WINDOW,
        most=MOST_COUNTED + 1,
    )
    whole = _counted(delivery, LogFilter(status=filter.status)) <= WINDOW
    return Count(min(sifted, MOST_COUNTED), exact=whole and sifted <= MOST_COUNTED)


def _counted(delivery: Delivery, filter: LogFilter) -> int:  # noqa: A002
    """Return how many messages the filter leaves, its search apart."""
    states = Counter.objects.filter(delivery=delivery, figure=counters.STATE)
    return sum(value for key, value in states.values_list("key", "value") if filter.has(key))
