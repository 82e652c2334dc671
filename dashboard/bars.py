"""Horizontal bars, drawn by the server as SVG: their geometry, in the units of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 720
LABEL_WIDTH = 220
VALUE_WIDTH = 90
ROW_HEIGHT = 34
BAR_HEIGHT = 16


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it lies, how long it is, and what it says."""

    label: str
    count: int
    percent: float
    width: int
    y: int
    text_y: int


@dataclass(frozen=True, slots=True)
class Chart:
    """All bars, and the size of the picture."""

    bars: list[Bar]
    total: int
    height: int
    width: int = WIDTH
    left: int = LABEL_WIDTH
    thickness: int = BAR_HEIGHT

    @property
    def room(self) -> int:
        """Return how long a bar can become."""
        return self.width - self.left - VALUE_WIDTH


def chart(rows: Sequence[tuple[str, int]]) -> Chart:
    """Draw one bar per row; the longest takes all the room, and none that counts vanishes."""
    total = sum(count for _label, count in rows)
    longest = max((count for _label, count in rows), default=0)
    room = WIDTH - LABEL_WIDTH - VALUE_WIDTH
    drawn = [
        Bar(
            label=label,
            count=count,
            percent=100 * count / total if total else 0.0,
            width=max(room * count // longest, 2) if count else 0,
            y=place * ROW_HEIGHT + (ROW_HEIGHT - BAR_HEIGHT) // 2,
            text_y=place * ROW_HEIGHT + ROW_HEIGHT // 2,
        )
        for place, (label, count) in enumerate(rows)
    ]
    return Chart(bars=drawn, total=total, height=len(rows) * ROW_HEIGHT)
