"""How messages ended, cut in every way that is counted: one query for any number of deliveries."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection

from deliveries import counters
from deliveries.shortfall import NOTHING, Change, Slices, Tally
from messaging.statuses import MessageStatus

# Where messages went, and why they failed.
PLACES = ("country", "network", "prefix", "account")
CAUSES = ("reason", "code")
_FIGURES = (
    counters.STATE,
    counters.ERROR,
    counters.NETWORK,
    counters.PREFIX,
    counters.LATENCY,
)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the messages of some deliveries.

    slices: dimension -> slice -> tally; a slice is named by its key: country (ISO 3166), network
    (MCC and MNC), prefix, id of an account, number of a reason, id of a qualification; empty where
    nobody says.  latency: class (deliveries.latency) -> delivered messages.
    """

    total: Tally = NOTHING
    slices: Mapping[str, Mapping[str, Tally]] = field(default_factory=dict)
    latency: Mapping[int, int] = field(default_factory=dict)

    def of(self, dimension: str) -> Mapping[str, Tally]:
        """Return the slices of one dimension that hold messages."""
        slices = self.slices.get(dimension, {})
        return {key: tally for key, tally in slices.items() if tally.messages}


def of(*, accounts: Mapping[int, int]) -> Outcomes:
    """Return the outcomes of deliveries, given with the id of each one's account."""
    sums = _Sums()
    for delivery_id, figure, key, value in _counted(accounts):
        *names, last = key.split(".")
        if figure == counters.STATE:
            status, _failure_type = names
            sums.add("account", str(accounts[delivery_id]), int(status), value)
            if int(status) == MessageStatus.FAILED:
                sums.add("reason", last, MessageStatus.FAILED, value)
        elif figure == counters.ERROR:
            sums.add("code", last, MessageStatus.FAILED, value)
        elif figure == counters.NETWORK:
            country, network = names
            sums.add("country", country, int(last), value)
            sums.add("network", network, int(last), value)
        elif figure == counters.PREFIX:
            sums.add("prefix", names[0], int(last), value)
        else:
            sums.latency[int(last)] += value
    return sums.outcomes()


def changes(now: Outcomes, usual: Outcomes, dimensions: Iterable[str]) -> Slices:
    """Return every slice of some dimensions as it is and as it was."""
    return {name: _change(now.of(name), usual.of(name)) for name in dimensions}


def _change(now: Mapping[str, Tally], usual: Mapping[str, Tally]) -> dict[str, Change]:
    keys = now.keys() | usual.keys()
    return {key: Change(now.get(key, NOTHING), usual.get(key, NOTHING)) for key in keys}


class _Sums:
    """Sums that grow while counters are read."""

    def __init__(self) -> None:
        self.ends: dict[str, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
        self.latency: Counter[int] = Counter()

    def add(self, dimension: str, key: str, status: int, value: int) -> None:
        self.ends[dimension][key][status] += value

    def outcomes(self) -> Outcomes:
        total: Counter[int] = Counter()
        for ends in self.ends["account"].values():
            total.update(ends)
        slices = {
            dimension: {key: _tally(ends) for key, ends in slices.items()}
            for dimension, slices in self.ends.items()
        }
        latency = {place: count for place, count in self.latency.items() if count}
        return Outcomes(total=_tally(total), slices=slices, latency=latency)


def _tally(ends: Counter[int]) -> Tally:
    delivered, failed = ends[MessageStatus.DELIVERED], ends[MessageStatus.FAILED]
    return Tally(delivered, failed, ends.total() - delivered - failed)


def _counted(accounts: Mapping[int, int]) -> Iterable[tuple[int, str, str, int]]:
    """Read the sums by figure and key, for STATE also by delivery (0 for all others).

    Joined, and not compared with an array, each delivery is one walk along the index that holds all
    that is asked for, and their sums fit into memory.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT CASE WHEN figure = %s THEN delivery_id ELSE 0 END, figure, key,
                   sum(value)::bigint
              FROM unnest(%s::bigint[]) AS wanted(id)
              JOIN deliveries_counter ON delivery_id = wanted.id
             WHERE figure = ANY(%s)
             GROUP BY 1, 2, 3
            """,
            [counters.STATE, list(accounts), list(_FIGURES)],
        )
        counted: list[tuple[int, str, str, int]] = cursor.fetchall()
    return counted
