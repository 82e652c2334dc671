"""What a segment has cost: the mean of recent messages of an account, by country."""

from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from messaging.statuses import MessageStatus

# How far back is looked, so that it takes the same time however much was sent.
DELIVERIES, MESSAGES_OF_EACH = 20, 300


class SegmentPrice(NamedTuple):
    """A mean price of one segment, and of how many messages it is the mean."""

    country: str
    currency: str
    amount: Decimal
    messages: int


def per_segment(*, account_id: int) -> dict[str, SegmentPrice]:
    """Return by country what a segment cost, as the provider said; nothing where it never did.

    Looks at the newest delivered messages of the account's last deliveries.  Where a country was
    charged in several currencies, the one most charged in is told.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT message.country, message.currency,
                   sum(message.price) / sum(message.segments), count(*)
              FROM (
                    SELECT id FROM deliveries_delivery
                     WHERE account_id = %s ORDER BY id DESC LIMIT %s
                   ) AS delivery
             CROSS JOIN LATERAL (
                    SELECT country, currency, price, segments FROM deliveries_message
                     WHERE delivery_id = delivery.id AND status = %s AND id >= delivery.id
                     ORDER BY changed_at DESC, id DESC LIMIT %s
                   ) AS message
             WHERE message.price IS NOT NULL AND message.segments > 0 AND message.country <> ''
             GROUP BY 1, 2
             ORDER BY count(*), 1, 2
            """,
            [account_id, DELIVERIES, int(MessageStatus.DELIVERED), MESSAGES_OF_EACH],
        )
        # The most frequent comes last, and stays.
        return {row[0]: SegmentPrice(*row) for row in cursor.fetchall()}
