"""Messages in which people clicked, as the record has to be told: a queue of rows.

It holds only which messages to look at; what they prove is read from their clicks, so that it may
hold one twice, in any order.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from storage import rows
from tracking.models import Click


def ask(message_ids: Collection[int]) -> None:
    """Note messages whose clicks by people have changed."""
    rows.insert("tracking_messagetoprove", ("message_id",), [(each,) for each in message_ids])


def claim(*, most: int) -> list[int]:
    """Take messages out of the queue, in the order of their keys; another takes others."""
    return rows.claim("tracking_messagetoprove", "message_id", most=most)


def first_clicks(message_ids: Collection[int]) -> dict[int, datetime]:
    """Return when a person first clicked in each of these messages, where one did."""
    if not message_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, min(at) FROM tracking_click "
            "WHERE message_id = ANY(%s::bigint[]) AND message_id BETWEEN %s AND %s "
            "AND verdict = %s GROUP BY 1",
            [rows.array(message_ids), min(message_ids), max(message_ids), Click.Verdict.HUMAN],
        )
        return dict(cursor.fetchall())
