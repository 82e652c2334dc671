"""Clicks over time as the chart draws them and as its table writes them."""

from dataclasses import dataclass

from deliveries import counters, timeline
from deliveries.timeline import STEPS, Bucket, Step

# As long as this many steps are enough to tell the story, the finest step is taken by itself.
COMFORTABLE = 300
_FIGURES = (counters.CLICKS, counters.HUMAN_CLICKS)


@dataclass(frozen=True, slots=True)
class ClickChart:
    """When people and others clicked: points of the chart, rows of the table."""

    step: Step
    asked: Step | None
    buckets: list[Bucket]

    @property
    def points(self) -> dict[str, list[int]]:
        """Return the columns that the chart draws, times in seconds since 1970."""
        return {
            "at": [int(bucket.at.timestamp()) for bucket in self.buckets],
            "human": [bucket.human_clicks for bucket in self.buckets],
            "suspected": [bucket.suspected_clicks for bucket in self.buckets],
        }

    @property
    def rows(self) -> list[Bucket]:
        """Return the steps in which somebody clicked."""
        return [bucket for bucket in self.buckets if bucket.clicks]

    @property
    def was_raised(self) -> bool:
        """Tell whether the step asked for would have given too many."""
        return self.asked is not None and self.asked != self.step


def of(*, delivery_id: int, step: str) -> ClickChart:
    """Return a delivery's clicks; step: minute, hour or day, anything else leaves it to us."""
    asked = next((each for each in STEPS if each == step), None)
    found = timeline.of(
        delivery_id=delivery_id,
        step=asked or "minute",
        figures=_FIGURES,
        **({} if asked else {"most": COMFORTABLE}),
    )
    return ClickChart(found.step, asked, found.buckets)
