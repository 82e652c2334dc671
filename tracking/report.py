"""What the tab Tracking tells of a delivery, from its counters: links by label, and how fast."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Sum

from deliveries import counters
from deliveries.models import Counter, Delivery
from tracking import figures
from tracking.clicks import labels
from tracking.figures import UrlFigures
from tracking.models import TrackedUrl
from tracking.tallies import LABEL

# No text has more URLs.
MOST_URLS = 500
WITHIN = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=24))
MINUTE = timedelta(minutes=1)


class Line(NamedTuple):
    """URLs of one label, added together; clickers: messages in which a person clicked any."""

    label: str
    urls: list[UrlFigures]
    clicks: int
    human_clicks: int
    clickers: int

    @property
    def suspected_clicks(self) -> int:
        """Return the clicks that are not known to be a person's."""
        return self.clicks - self.human_clicks

    @property
    def categories(self) -> str:
        """Return the categories of its URLs, each once."""
        return ", ".join(dict.fromkeys(u.url.category for u in self.urls if u.url.category))


class Reached(NamedTuple):
    """When a share of all clicks by people was reached, after the delivery's start."""

    percent: int
    after: timedelta


class Reactivity(NamedTuple):
    """How fast people clicked; within: how many did in the first hours."""

    clicks: int
    reached: list[Reached]
    within: list[tuple[timedelta, int]]


def by_label(*, delivery_id: int) -> list[Line]:
    """Return the links of a delivery by their label, with three queries."""
    urls = list(TrackedUrl.objects.filter(delivery_id=delivery_id).order_by("label", "id"))
    urls = urls[:MOST_URLS]
    digests = labels([url.pk for url in urls])
    clickers = _clickers(delivery_id, digests.values())
    grouped: dict[str, list[UrlFigures]] = defaultdict(list)
    for told in figures.of(delivery_id=delivery_id, urls=urls):
        grouped[told.url.label].append(told)
    return [
        Line(
            label,
            found,
            sum(each.clicks for each in found),
            sum(each.human_clicks for each in found),
            clickers.get(digests[found[0].url.pk], 0),
        )
        for label, found in grouped.items()
    ]


def _clickers(delivery_id: int, digests: Iterable[str]) -> dict[str, int]:
    found = (
        Counter.objects.filter(
            delivery_id=delivery_id,
            figure=counters.CLICKERS,
            key__in=[LABEL + digest for digest in set(digests)],
        )
        .values_list("key")
        .annotate(total=Sum("value"))
    )
    return {key.removeprefix(LABEL): total for key, total in found}


def verdicts(*, delivery_id: int) -> dict[str, int]:
    """Return how many clicks were judged to be whose."""
    return _by_key(delivery_id, counters.CLICK_VERDICTS)


def reasons(*, delivery_id: int) -> list[tuple[str, int]]:
    """Return why clicks were suspected, the most frequent first."""
    found = _by_key(delivery_id, counters.CLICK_REASONS)
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def _by_key(delivery_id: int, figure: str) -> dict[str, int]:
    found = (
        Counter.objects.filter(delivery_id=delivery_id, figure=figure)
        .values_list("key")
        .annotate(total=Sum("value"))
    )
    return {key: total for key, total in found if total}


def reactivity(delivery: Delivery) -> Reactivity:
    """Return when each tenth of the clicks by people was reached, to the minute."""
    begun = delivery.started_at or delivery.contact_date
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH by_minute AS (
                SELECT bucket, sum(value) AS value FROM deliveries_counter
                 WHERE delivery_id = %s AND figure = %s AND key = '' AND bucket IS NOT NULL
                 GROUP BY 1 HAVING sum(value) > 0
            ), running AS (
                SELECT bucket, sum(value) OVER (ORDER BY bucket) AS reached,
                       sum(value) OVER () AS total
                  FROM by_minute
            )
            SELECT tenth, min(bucket), max(total), (SELECT min(bucket) FROM by_minute)
              FROM generate_series(1, 10) AS tenth
              JOIN running ON running.reached * 10 >= running.total * tenth
             GROUP BY 1 ORDER BY 1
            """,
            [delivery.pk, counters.HUMAN_CLICKS],
        )
        found = cursor.fetchall()
        if not found:
            return Reactivity(0, [], [])
        start = min(begun, found[0][3]) if begun else found[0][3]
        cursor.execute(
            "SELECT "
            + ", ".join("sum(value) FILTER (WHERE bucket < %s)" for _ in WITHIN)
            + " FROM deliveries_counter WHERE delivery_id = %s AND figure = %s AND key = ''",
            [*(start + length for length in WITHIN), delivery.pk, counters.HUMAN_CLICKS],
        )
        within = [int(value or 0) for value in cursor.fetchone()]
    return Reactivity(
        int(found[0][2]),
        [Reached(tenth * 10, _after(bucket, start)) for tenth, bucket, *_rest in found],
        list(zip(WITHIN, within, strict=True)),
    )


def _after(bucket: datetime, start: datetime) -> timedelta:
    """Return how long it took at the most: the minute's end counts."""
    length = bucket + MINUTE - start
    return timedelta(minutes=-(-length // MINUTE))
