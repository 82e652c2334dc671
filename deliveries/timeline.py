"""When messages were accepted, sent, delivered, failed and clicked."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from django.db import connection

from deliveries import counters

Step = Literal["minute", "hour", "day"]
STEPS: dict[Step, timedelta] = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
MOST_BUCKETS = 2_000
FIGURES = (*counters.REACHED, counters.CLICKS)


class Bucket(NamedTuple):
    """What happened in the step that begins `at` (UTC)."""

    at: datetime
    accepted: int = 0
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    clicks: int = 0
    human_clicks: int = 0

    @property
    def suspected_clicks(self) -> int:
        """Return the clicks that are not known to be a person's."""
        return self.clicks - self.human_clicks


class Timeline(NamedTuple):
    """The step really used, and its buckets in the order of time."""

    step: Step
    buckets: list[Bucket]


def of(
    *, delivery_id: int, step: Step, most: int = MOST_BUCKETS, figures: Sequence[str] = FIGURES
) -> Timeline:
    """Return a delivery's timeline; steps in which nothing happened are there, with zeros.

    A step that would give more than `most` buckets is raised.  Where even days would (a provider
    that dates a callback to 1970), the empty ones are left out.
    """
    limits = _limits(delivery_id, figures)
    if limits is None:
        return Timeline(step, [])
    first, last = limits
    step = _coarse_enough(step, first, last, most)
    sums: dict[datetime, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT date_trunc(%s, bucket, 'UTC'), figure, sum(value)::bigint
              FROM deliveries_counter
             WHERE delivery_id = %s AND figure = ANY(%s) AND key = '' AND bucket IS NOT NULL
             GROUP BY 1, 2
            """,
            [step, delivery_id, list(figures)],
        )
        for at, figure, value in cursor.fetchall():
            sums[at.astimezone(UTC)][figure] = value
    times = _every(step, first, last) if _count(step, first, last) <= MOST_BUCKETS else sorted(sums)
    return Timeline(step, [Bucket(at, **sums.get(at, {})) for at in times])


def _limits(delivery_id: int, figures: Sequence[str]) -> tuple[datetime, datetime] | None:
    """Return the first and the last minute, from the two ends of each figure's index."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT min(first), max(last)
              FROM unnest(%s) AS wanted(figure)
             CROSS JOIN LATERAL (
                SELECT min(bucket) AS first, max(bucket) AS last
                  FROM deliveries_counter
                 WHERE delivery_id = %s AND figure = wanted.figure AND key = ''
             ) AS limits
            """,
            [list(figures), delivery_id],
        )
        first, last = cursor.fetchone()
    return (first.astimezone(UTC), last.astimezone(UTC)) if first else None


def _coarse_enough(step: Step, first: datetime, last: datetime, most: int) -> Step:
    steps = list(STEPS)
    for candidate in steps[steps.index(step) :]:
        step = candidate
        if _count(step, first, last) <= most:
            break
    return step


def _count(step: Step, first: datetime, last: datetime) -> int:
    return (last - _start(step, first)) // STEPS[step] + 1


def _start(step: Step, at: datetime) -> datetime:
    start = at.replace(second=0, microsecond=0)
    if step != "minute":
        start = start.replace(minute=0)
    return start.replace(hour=0) if step == "day" else start


def _every(step: Step, first: datetime, last: datetime) -> list[datetime]:
    start = _start(step, first)
    return [start + index * STEPS[step] for index in range(_count(step, first, last))]
