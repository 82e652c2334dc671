"""How long messages took: percentiles, and their distribution as bars drawn by the server.

Places are percents of the picture's width, so that it fits every screen and its text stays legible.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from deliveries.latency import BOUNDS, Percentile, percentiles

HEIGHT = 120
# A bar that counts can be seen.
LEAST_HEIGHT = 2
# Bounds that are written below their bar, as many as a telephone has room for.
NAMED = {1, 5, 10, 30, 60, 300, 3600, 21_600, 86_400, 259_200}
# The share of its place that a bar takes.
FILLED = 0.86


@dataclass(frozen=True, slots=True)
class Bar:
    """One class: what took at most so many seconds (None: longer than every bound).

    x, width: percents; y, height: units.  cumulated: messages up to and with this class.
    """

    at_most: int | None
    count: int
    cumulated: int
    x: float
    width: float
    y: int
    height: int
    middle: float
    named: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Percentiles and bars of delivered messages; empty where none has both times."""

    total: int
    percentiles: list[Percentile]
    bars: list[Bar]
    height: int = HEIGHT
    longest: int = BOUNDS[-1]


def of(classes: Mapping[int, int]) -> Picture:
    """Draw messages counted by class (deliveries.latency), from the first class to the last."""
    total, most = sum(classes.values()), max(classes.values(), default=0)
    drawn = range(min(classes, default=0), max(classes, default=-1) + 1)
    bars, cumulated = [], 0
    for place, index in enumerate(drawn):
        count = classes.get(index, 0)
        cumulated += count
        at_most = BOUNDS[index] if index < len(BOUNDS) else None
        height = max(HEIGHT * count // most, LEAST_HEIGHT) if count else 0
        step = 100 / len(drawn)
        bars.append(
            Bar(
                at_most=at_most,
                count=count,
                cumulated=cumulated,
                x=round(place * step, 2),
                width=round(step * FILLED, 2),
                y=HEIGHT - height,
                height=height,
                middle=round((place + FILLED / 2) * step, 2),
                named=at_most in NAMED or (place == 0 and _is_alone(index)),
            )
        )
    return Picture(total, percentiles(classes), bars)


def _is_alone(index: int) -> bool:
    """Tell whether there is room to write the bound of the first bar beside the next one named."""
    return index < len(BOUNDS) and NAMED.isdisjoint(BOUNDS[index : index + 3])
