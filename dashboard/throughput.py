"""A delivery's timeline as the chart draws it and as its table writes it."""

from dataclasses import dataclass

from deliveries import timeline
from deliveries.models import Delivery
from deliveries.timeline import STEPS, Bucket, Step

# As long as this many steps are enough to tell the story, the finest step is taken by itself.
COMFORTABLE = 300
SERIES = ("accepted", "sent", "delivered", "failed", "clicks")


@dataclass(frozen=True, slots=True)
class Throughput:
    """What happened when: points of the chart, rows of the table."""

    step: Step
    asked: Step | None
    buckets: list[Bucket]

    @property
    def points(self) -> dict[str, list[int]]:
        """Return the columns that the chart draws, times in seconds since 1970."""
        columns = {name: [getattr(b, name) for b in self.buckets] for name in SERIES}
        if not any(columns["clicks"]):
            del columns["clicks"]
        return {"at": [int(bucket.at.timestamp()) for bucket in self.buckets], **columns}

    @property
    def rows(self) -> list[Bucket]:
        """Return the steps in which something happened."""
        return [bucket for bucket in self.buckets if any(bucket[1:])]

    @property
    def was_raised(self) -> bool:
        """Tell whether the step asked for would have given too many."""
        return self.asked is not None and self.asked != self.step


def of(*, delivery: Delivery, step: str) -> Throughput:
    """Return a delivery's throughput; step: minute, hour or day, anything else leaves it to us."""
    if step in STEPS:
        found = timeline.of(delivery_id=delivery.pk, step=step)
        return Throughput(found.step, step, found.buckets)
    found = timeline.of(delivery_id=delivery.pk, step="minute", most=COMFORTABLE)
    return Throughput(found.step, None, found.buckets)
