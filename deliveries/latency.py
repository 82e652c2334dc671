"""How long messages took from their acceptance to their receipt: classes with fixed bounds.

Python and SQL sort a time into the same class, so that counters and rows can be compared.
"""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

_MINUTE, _HOUR, _DAY = 60, 60 * 60, 24 * 60 * 60
# In whole seconds: a class holds what took at most its bound, and longer than the one before;
# after the last bound there is one class more.
BOUNDS = (
    *(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50),
    *(minutes * _MINUTE for minutes in (1, 2, 3, 5, 7, 10, 15, 20, 30, 45)),
    *(hours * _HOUR for hours in (1, 2, 3, 4, 6, 8, 12, 18)),
    *(int(days * _DAY) for days in (1, 1.5, 2, 3)),
)
_SECOND = timedelta(seconds=1)
# The number of thresholds that are not above the operand; a second less makes them all lie below.
SQL = f"""
    width_bucket(ceil(extract(epoch FROM delivered_at - accepted_at))::bigint - 1,
                 ARRAY{list(BOUNDS)}::bigint[])
"""

PERCENTILES = (50, 90, 95, 99)


class Percentile(NamedTuple):
    """So many percent of the messages took at most so many seconds; None: longer than any bound."""

    percent: int
    at_most: int | None


def percentiles(classes: Mapping[int, int]) -> list[Percentile]:
    """Return what can be told for certain of messages counted by class; nothing of none."""
    total = sum(classes.values())
    return [Percentile(percent, _bound(classes, percent)) for percent in PERCENTILES if total]


def _bound(classes: Mapping[int, int], percent: int) -> int | None:
    """Return the least bound within which so many percent of the messages lie."""
    wanted = -(-sum(classes.values()) * percent // 100)
    for index, bound in enumerate(BOUNDS):
        wanted -= classes.get(index, 0)
        if wanted <= 0:
            return bound
    return None


def place(accepted_at: datetime | None, delivered_at: datetime | None) -> int | None:
    """Return the class of a message, 0 for the quickest; None where a time is not known.

    A receipt whose clock is behind ours counts among the quickest.
    """
    if accepted_at is None or delivered_at is None:
        return None
    return bisect_left(BOUNDS, -((accepted_at - delivered_at) // _SECOND))
