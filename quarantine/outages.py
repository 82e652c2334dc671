"""When failures are an outage: pure functions over how messages ended, moment by moment.

A moment fails where so many of its messages fail; moments that fail follow each other as a run
where nothing better lies between them.  A run is an outage where it has enough messages, enough of
them failed, and by far more than usually do.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from quarantine.places import Place

# How long a moment is: short enough that an outage is not mixed with what was before.
MOMENT = timedelta(seconds=10)
# A spike may be nothing but errors that are told sooner than successes: it is believed once it has
# lasted so long, or so many times the least number of messages have failed.
LASTING = timedelta(minutes=1)
TIMES_THE_LEAST = 5
# An outage is taken back where its share of failures falls so far below what made it one.
FELL_TO = 0.8
# A place failed as a whole where so much of it lies outside what is plainly out, and fails too.
PLAINLY_REST = 0.2


def moment(at: datetime) -> datetime:
    """Return the moment that holds this time."""
    seconds = at.second - at.second % (MOMENT // timedelta(seconds=1))
    return at.replace(second=seconds, microsecond=0)


class Bar(NamedTuple):
    """What makes failures an outage; shares are between 0 and 1.

    times: how many times the usual share.  unknown: the share where nobody knows the usual one.
    quiet: how long a run may hold its breath, and how soon it is over.
    """

    messages: int
    share: float
    times: float
    unknown: float
    quiet: timedelta

    def least(self, usual: float | None) -> float:
        """Return the share from which failures are an outage.

        Where much fails always, five times that is never reached: half of the way to all, then.
        """
        if usual is None:
            return max(self.share, self.unknown)
        return max(self.share, min(self.times * usual, (1 + usual) / 2))


class Ends(NamedTuple):
    """How many messages ended, and how many of them failed."""

    messages: int = 0
    failed: int = 0

    @property
    def share(self) -> float:
        """Return the share that failed; 0 of none."""
        return self.failed / self.messages if self.messages else 0.0

    def plus(self, other: "Ends") -> "Ends":
        """Return both together."""
        return Ends(self.messages + other.messages, self.failed + other.failed)

    def minus(self, other: "Ends") -> "Ends":
        """Return what is left without the other."""
        return Ends(self.messages - other.messages, self.failed - other.failed)


class Run(NamedTuple):
    """Moments that fail; until: the end of the last of them."""

    began_at: datetime
    until: datetime
    ends: Ends


Series = Mapping[datetime, Ends]


def runs(series: Series, *, bar: Bar) -> list[Run]:
    """Return the runs of failing moments, oldest first."""
    found: list[Run] = []
    between = Ends()
    for at in sorted(series):
        ends = series[at]
        if not ends.messages or ends.share < bar.share:
            between = between.plus(ends)
            continue
        last = found[-1] if found else None
        together = last and last.ends.plus(between).plus(ends)
        if last and together and together.share >= bar.share and at - last.until <= bar.quiet:
            found[-1] = Run(last.began_at, at + MOMENT, together)
        else:
            found.append(Run(at, at + MOMENT, ends))
        between = Ends()
    return found


def over(series: Series, *, since: datetime, until: datetime) -> Ends:
    """Return the sum of the moments since one until before another."""
    total = Ends()
    for at, ends in series.items():
        if since <= at < until:
            total = total.plus(ends)
    return total


def is_outage(run: Run, *, bar: Bar, usual: float | None, at: datetime) -> bool:
    """Tell whether a run is an outage, as far as it is known now."""
    lasting = at - run.began_at >= LASTING or run.ends.failed >= TIMES_THE_LEAST * bar.messages
    return lasting and run.ends.messages >= bar.messages and run.ends.share >= bar.least(usual)


def is_over(series: Series, *, failing_until: datetime, bar: Bar, at: datetime) -> bool:
    """Tell whether an outage has ended: it was quiet long enough, or enough went well since."""
    if at - failing_until >= bar.quiet:
        return True
    since = over(series, since=failing_until, until=datetime.max.replace(tzinfo=at.tzinfo))
    return since.messages >= bar.messages and since.share < bar.share


def is_none(ends: Ends, *, bar: Bar, usual: float | None) -> bool:
    """Tell whether what was taken for an outage is plainly none by now."""
    return ends.share < FELL_TO * bar.least(usual)


def narrowed(
    place: Place, ends: Mapping[Place, Ends], out: Iterable[Place], *, bar: Bar
) -> Sequence[Place]:
    """Return what an outage of a place comes to: the place, or those within it that explain it.

    ends: how messages ended in the place and in those within it, over its run; out: those of them
    that are out on their own.
    """
    within = [each for each in out if each != place and place.holds(each)]
    for level in (1, 2, 3):
        parts = [each for each in within if _level(each) == level]
        if not parts:
            continue
        rest = ends[place]
        for part in parts:
            rest = rest.minus(ends[part])
        if rest.messages >= PLAINLY_REST * ends[place].messages and rest.share < bar.share:
            return parts
    return [place]


def _level(place: Place) -> int:
    """Return how narrow a place is: 0 for a whole account, 1 country, 2 network, 3 prefix."""
    if place.prefix:
        return 3
    if place.network:
        return 2
    return 1 if place.country else 0
