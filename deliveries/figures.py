"""The figures of deliveries, read from their counters: exact, and as fast for millions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Sum

from deliveries import counters
from deliveries.models import Counter
from messaging.failures import FailureType, Reason
from messaging.statuses import Evidence, MessageStatus

_STATUS_FIELDS = {status.value: status.name.lower() for status in MessageStatus}
_PLAIN = {
    counters.TARGETED: "targeted",
    counters.EXCLUDED: "excluded",
    counters.CLICKS: "clicks",
    counters.HUMAN_CLICKS: "human_clicks",
    counters.CLICKERS: "clickers",
    counters.OPT_OUTS: "opt_outs",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """How many messages of one delivery are where now, and what was clicked."""

    targeted: int = 0
    excluded: int = 0
    to_send: int = 0
    pending: int = 0
    accepted: int = 0
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    unknown: int = 0
    cancelled: int = 0
    processed: int = 0
    success: int = 0
    clicks: int = 0
    human_clicks: int = 0
    clickers: int = 0
    opt_outs: int = 0

    @property
    def in_progress(self) -> int:
        """Return how many still wait for something to happen."""
        return self.pending + self.accepted + self.sent

    @property
    def reconciles(self) -> bool:
        """Tell whether every targeted recipient is accounted for."""
        ended = self.delivered + self.failed + self.unknown + self.cancelled
        return (
            self.targeted == self.excluded + self.to_send
            and self.to_send == ended + self.in_progress
        )


@dataclass(frozen=True, slots=True)
class FailureCount:
    """How many messages failed in one way."""

    failure_type: FailureType
    reason: Reason
    count: int


@dataclass(frozen=True, slots=True)
class ExclusionCount:
    """How many recipients were left out for one reason."""

    reason: Reason
    count: int


class EvidenceCount(NamedTuple):
    """How many delivered messages are known that well."""

    evidence: Evidence
    number: int


class Price(NamedTuple):
    """An amount of money; `currency` is empty where the provider names none."""

    currency: str
    amount: Decimal


class Place(NamedTuple):
    """What went to one network of one country; either is empty where callbacks do not say."""

    country: str
    network: str
    messages: int
    delivered: int
    segments: int
    prices: list[Price]


class Spend(NamedTuple):
    """What a delivery took: in all, and place by place, the largest first."""

    segments: int
    prices: list[Price]
    places: list[Place]


def of(*, delivery_ids: Iterable[int]) -> dict[int, Figures]:
    """Return the figures of each delivery with one query; zeros where nothing was counted."""
    sums: dict[int, dict[str, int]] = {pk: defaultdict(int) for pk in delivery_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT delivery_id, figure, split_part(key, '.', 1), sum(value)::bigint
              FROM deliveries_counter
             WHERE delivery_id = ANY(%s)
               AND (figure IN ('targeted', 'excluded', 'state', 'opt_outs')
                    OR figure IN ('clicks', 'human_clicks', 'clickers') AND key = '')
             GROUP BY 1, 2, 3
            """,
            [list(sums)],
        )
        for delivery_id, figure, key, value in cursor.fetchall():
            name = _STATUS_FIELDS[int(key)] if figure == counters.STATE else _PLAIN[figure]
            sums[delivery_id][name] += value
            if figure == counters.STATE:
                sums[delivery_id]["to_send"] += value
    return {pk: _derived(found) for pk, found in sums.items()}


def _derived(found: Mapping[str, int]) -> Figures:
    delivered, failed = found.get("delivered", 0), found.get("failed", 0)
    return Figures(**found, processed=delivered + failed, success=delivered)


def failures(*, delivery_id: int) -> list[FailureCount]:
    """Return why messages failed, the most frequent first."""
    found = []
    for key, count in _by_key(delivery_id, counters.STATE).items():
        status, failure_type, reason = map(int, key.split("."))
        if status == MessageStatus.FAILED and count:
            found.append(FailureCount(FailureType(failure_type), Reason(reason), count))
    return sorted(found, key=lambda failure: (-failure.count, failure.failure_type, failure.reason))


def exclusions(*, delivery_id: int) -> list[ExclusionCount]:
    """Return why recipients were left out, the most frequent reason first."""
    found = [
        ExclusionCount(Reason(int(key)), count)
        for key, count in _by_key(delivery_id, counters.EXCLUDED).items()
        if count
    ]
    return sorted(found, key=lambda exclusion: (-exclusion.count, exclusion.reason))


def evidence(*, delivery_id: int) -> list[EvidenceCount]:
    """Return how well it is known that messages were delivered, the strongest proof first."""
    counted = _by_key(delivery_id, counters.EVIDENCE)
    found = [EvidenceCount(Evidence(int(key)), count) for key, count in counted.items() if count]
    return sorted(found, reverse=True)


def spend(*, delivery_id: int) -> Spend:
    """Return segments and prices, in all and by country and network."""
    rows = (
        Counter.objects.filter(
            delivery_id=delivery_id,
            figure__in=(counters.NETWORK, counters.SEGMENTS, counters.SPEND),
        )
        .values_list("figure", "key")
        .annotate(total=Sum("value"))
        .order_by("figure", "key")
    )
    places: dict[tuple[str, str], _Tally] = defaultdict(_Tally)
    for figure, key, total in rows:
        country, network, *rest = key.split(".")
        tally = places[country, network]
        if figure == counters.SEGMENTS:
            tally.segments += total
        elif figure == counters.SPEND:
            tally.prices[rest[0]] += Decimal(total) / counters.MILLIONTHS
        else:
            tally.messages += total
            tally.delivered += total if int(rest[0]) == MessageStatus.DELIVERED else 0
    everywhere = _Tally()
    for tally in places.values():
        everywhere.segments += tally.segments
        for currency, amount in tally.prices.items():
            everywhere.prices[currency] += amount
    listed = [tally.at(*place) for place, tally in places.items() if tally.messages]
    return Spend(
        segments=everywhere.segments,
        prices=everywhere.listed_prices(),
        places=sorted(listed, key=lambda place: (-place.messages, place.country, place.network)),
    )


class _Tally:
    """Sums that grow while counters are read."""

    def __init__(self) -> None:
        self.messages = 0
        self.delivered = 0
        self.segments = 0
        self.prices: dict[str, Decimal] = defaultdict(Decimal)

    def listed_prices(self) -> list[Price]:
        return [Price(currency, amount) for currency, amount in sorted(self.prices.items())]

    def at(self, country: str, network: str) -> Place:
        prices = self.listed_prices()
        return Place(country, network, self.messages, self.delivered, self.segments, prices)


def _by_key(delivery_id: int, figure: str) -> dict[str, int]:
    return dict(
        Counter.objects.filter(delivery_id=delivery_id, figure=figure)
        .values_list("key")
        .annotate(total=Sum("value"))
        .order_by("key")
    )
