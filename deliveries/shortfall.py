"""What changed: the slice of messages that explains most of a drop of success.

Pure functions over tallies.  Success is the share of delivered among delivered and failed.  What
is missing are the deliveries that the usual rate would have brought; they are shared out among
the slices of a dimension, each measured against its own usual rate, so that a slice which is as
good as ever is never blamed, however bad it always was.
"""

from collections.abc import Iterator, Mapping
from math import sqrt
from typing import NamedTuple

# A drop is spoken of where both sides have so many messages, it is of so many points, and it lies
# so many standard errors from chance (two-proportion test, pooled): one in a thousand.
LEAST_MESSAGES = 100
LEAST_DROP = 0.02
LEAST_ERRORS = 3.0
# A slice of fewer messages is not judged.
LEAST_IN_SLICE = 30
# A slice explains a drop from this share of what is missing on.
LEAST_SHARE = 0.5
# It stands out where it fell so many times as deep as all others together.
TIMES_THE_REST = 2.0
# Of those that explain about as much, the narrowest is told.
ABOUT = 0.1
# It fell everywhere where slices with this share of the messages fell by half of the drop or more.
NEARLY_ALL = 0.8
HALF = 0.5


class Tally(NamedTuple):
    """How messages of a slice ended; `others` have not ended, or nobody knows how."""

    delivered: int = 0
    failed: int = 0
    others: int = 0

    @property
    def processed(self) -> int:
        """Return how many have a known end."""
        return self.delivered + self.failed

    @property
    def messages(self) -> int:
        """Return how many there are in all."""
        return self.processed + self.others

    @property
    def rate(self) -> float:
        """Return the share of those delivered among those with a known end; 0 of none."""
        return self.delivered / self.processed if self.processed else 0.0

    def plus(self, other: "Tally") -> "Tally":
        """Return both together."""
        return Tally(*(ours + theirs for ours, theirs in zip(self, other, strict=True)))


NOTHING = Tally()


class Change(NamedTuple):
    """The same slice now and in the baseline."""

    now: Tally
    usual: Tally


# Dimension -> slice -> how it was and is.
Slices = Mapping[str, Mapping[str, Change]]


class Blame(NamedTuple):
    """A slice and the share (0 to 1) of what is missing that lies in it.

    grew: it did not fall; more messages than usual went where success is always lower.
    """

    dimension: str
    key: str
    share: float
    change: Change
    grew: bool = False


class Shortfall(NamedTuple):
    """A significant drop: where it is, and the errors that came with it; None where none is plain.

    missing: the deliveries that the usual rate would have brought.
    """

    total: Change
    missing: float
    place: Blame | None
    cause: Blame | None
    everywhere: bool


def explain(*, total: Change, places: Slices, causes: Slices) -> Shortfall | None:
    """Explain a drop; None where there is none, or none that could not be chance.

    places: dimensions of which every message is in one slice at most; causes: dimensions of
    failures, of whose tallies only `failed` counts.
    """
    if not fell(total):
        return None
    missing = total.usual.rate * total.now.processed - total.now.delivered
    blamed = _narrowest(_places(total, missing, places))
    return Shortfall(
        total=total,
        missing=missing,
        place=blamed,
        cause=_narrowest(_causes(total, missing, causes)),
        everywhere=blamed is None and _everywhere(total, places),
    )


def fell(change: Change, *, least: int = LEAST_MESSAGES) -> bool:
    """Tell whether success fell, by more than chance explains."""
    now, usual = change
    if min(now.processed, usual.processed) < least:
        return False
    drop = usual.rate - now.rate
    pooled = (now.delivered + usual.delivered) / (now.processed + usual.processed)
    error = sqrt(pooled * (1 - pooled) * (1 / now.processed + 1 / usual.processed))
    return drop >= LEAST_DROP and drop >= LEAST_ERRORS * error


def _places(total: Change, missing: float, places: Slices) -> Iterator[Blame]:
    for dimension, slices in places.items():
        for key, change in slices.items():
            if not key or change.now.processed < LEAST_IN_SLICE:
                continue
            # What is new is measured against all others.
            judged = change if change.usual.processed >= LEAST_IN_SLICE else total
            lost = judged.usual.rate * change.now.processed - change.now.delivered
            if _stands_out(total.now, change.now, missing, lost) and fell(
                Change(change.now, judged.usual), least=LEAST_IN_SLICE
            ):
                yield Blame(dimension, key, min(lost / missing, 1.0), change)
            elif judged is change:
                expected = change.usual.processed / total.usual.processed * total.now.processed
                shifted = (change.now.processed - expected) * (total.usual.rate - change.usual.rate)
                if change.now.processed > expected and shifted >= LEAST_SHARE * missing:
                    yield Blame(dimension, key, min(shifted / missing, 1.0), change, grew=True)


def _stands_out(total: Tally, here: Tally, missing: float, lost: float) -> bool:
    """Tell whether a slice explains enough, and fell deeper than the rest did."""
    rest = total.processed - here.processed
    if lost < LEAST_SHARE * missing or rest < LEAST_IN_SLICE:
        return False
    return lost / here.processed >= TIMES_THE_REST * max(missing - lost, 0.0) / rest


def _causes(total: Change, missing: float, causes: Slices) -> Iterator[Blame]:
    """Share what is missing out among errors: each by how many there are beyond the usual."""
    for dimension, slices in causes.items():
        for key, change in slices.items():
            usual = change.usual.failed / total.usual.processed * total.now.processed
            share = (change.now.failed - usual) / missing
            if key and share >= LEAST_SHARE:
                yield Blame(dimension, key, min(share, 1.0), change)


def _narrowest(blamed: Iterator[Blame]) -> Blame | None:
    found = list(blamed)
    most = max((one.share for one in found), default=0.0)
    near = [one for one in found if one.share >= most - ABOUT]
    return min(
        near,
        key=lambda one: (one.change.now.processed, -one.share, one.dimension, one.key),
        default=None,
    )


def _everywhere(total: Change, places: Slices) -> bool:
    """Tell whether nearly all slices of every dimension fell."""
    drop = total.usual.rate - total.now.rate
    for slices in places.values():
        judged = [
            change
            for change in slices.values()
            if min(change.now.processed, change.usual.processed) >= LEAST_IN_SLICE
        ]
        fallen = sum(
            change.now.processed
            for change in judged
            if change.usual.rate - change.now.rate >= HALF * drop
        )
        if fallen < NEARLY_ALL * sum(change.now.processed for change in judged):
            return False
    return True
