"""How many messages wait for a receipt, and for how long: by account, from the counters alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from deliveries import counters
from deliveries.models.delivery import LIVE

# Ages in hours: below the first, between two of them, above the last.
BOUNDS = (1, 6, 24, 72)


@dataclass(slots=True)
class Awaited:
    """Messages in progress by age, one number for each span of BOUNDS; `oldest` to the minute."""

    ages: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    oldest: datetime | None = None

    @property
    def total(self) -> int:
        """Return how many wait, whatever their age."""
        return sum(self.ages)


def by_account(*, account_ids: Iterable[int], at: datetime) -> dict[int, Awaited]:
    """Return what each account's live deliveries wait for, with one query; none where nothing."""
    found: dict[int, Awaited] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH waiting AS (
                SELECT delivery.account_id, counter.bucket, sum(counter.value) AS number
                  FROM deliveries_delivery delivery
                  JOIN deliveries_counter counter
                    ON counter.delivery_id = delivery.id
                   AND counter.figure = '{counters.AWAITING}' AND counter.key = ''
                 WHERE delivery.status = ANY(%s) AND delivery.account_id = ANY(%s)
                 GROUP BY 1, 2 HAVING sum(counter.value) > 0
            )
            SELECT account_id,
                   width_bucket(extract(epoch FROM %s - bucket), %s::numeric[]) AS age,
                   sum(number)::bigint, min(bucket)
              FROM waiting GROUP BY 1, 2
            """,
            [list(LIVE), list(account_ids), at, [3600 * hours for hours in BOUNDS]],
        )
        for account_id, age, number, oldest in cursor.fetchall():
            awaited = found.setdefault(account_id, Awaited())
            awaited.ages[age] = number
            awaited.oldest = min(awaited.oldest or oldest, oldest)
    return found


def oldest(*, delivery_ids: Iterable[int]) -> dict[int, datetime]:
    """Return the minute in which the oldest waiting message of each delivery was accepted.

    One query; deliveries of which nothing waits are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT delivery_id, min(bucket) FROM (
                SELECT delivery_id, bucket FROM deliveries_counter
                 WHERE delivery_id = ANY(%s) AND figure = '{counters.AWAITING}' AND key = ''
                 GROUP BY 1, 2 HAVING sum(value) > 0) AS waiting
             GROUP BY 1
            """,
            [list(delivery_ids)],
        )
        return dict(cursor.fetchall())
