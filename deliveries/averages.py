"""What is usual on this installation: the rates of the last six months' deliveries together."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from deliveries.models.delivery import STARTED
from storage.ids import lowest_id

WITHIN = timedelta(days=183)
# More deliveries than these are not read; the newest count.
MOST = 2_000


class Averages(NamedTuple):
    """Sums over the deliveries of the platform; None where a rate cannot be told."""

    to_send: int = 0
    processed: int = 0
    delivered: int = 0
    clickers: int = 0

    @property
    def processed_rate(self) -> float | None:
        """Return how many of all that were to be sent have ended, from 0 to 1."""
        return self.processed / self.to_send if self.to_send else None

    @property
    def success_rate(self) -> float | None:
        """Return how many of all that were to be sent were received."""
        return self.delivered / self.to_send if self.to_send else None

    @property
    def click_rate(self) -> float | None:
        """Return in how many of all received messages a person clicked."""
        return self.clickers / self.delivered if self.delivered else None


def of_platform(*, at: datetime) -> Averages:
    """Return the averages with one query, read from the counters."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT sum(told.value) FILTER (WHERE told.figure = 'state'),
                   sum(told.value) FILTER (WHERE told.figure = 'state'
                                             AND split_part(told.key, '.', 1) IN ('30', '40')),
                   sum(told.value) FILTER (WHERE told.figure = 'state'
                                             AND split_part(told.key, '.', 1) = '40'),
                   sum(told.value) FILTER (WHERE told.figure = 'clickers')
              FROM (SELECT id FROM deliveries_delivery
                     WHERE id >= %s AND status = ANY(%s) AND proof_of_id IS NULL
                     ORDER BY id DESC LIMIT %s) AS delivery
             CROSS JOIN LATERAL (
                   SELECT figure, key, value FROM deliveries_counter
                    WHERE delivery_id = delivery.id AND figure = 'state'
                    UNION ALL
                   SELECT figure, key, value FROM deliveries_counter
                    WHERE delivery_id = delivery.id AND figure = 'clickers' AND key = ''
                   ) AS told
            """,
            [lowest_id(at - WITHIN), [str(status) for status in STARTED], MOST],
        )
        return Averages(*(int(value or 0) for value in cursor.fetchone()))
