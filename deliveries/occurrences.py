"""How often an error struck, where and when: read from counters, and from the ids of events."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from deliveries import counters
from deliveries.models import Delivery
from storage.ids import time_of


class Struck(NamedTuple):
    """A delivery, and how many of its messages stand as failed by an error."""

    delivery: Delivery
    messages: int


def of(*, qualification_ids: Collection[int]) -> dict[int, int]:
    """Return how many messages stand as failed by each qualification, over all deliveries."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT key, sum(value)::bigint FROM deliveries_counter
             WHERE figure = '{counters.ERROR}' AND key = ANY(%s) GROUP BY 1
            """,
            [[str(identifier) for identifier in qualification_ids]],
        )
        found = {int(key): value for key, value in cursor.fetchall()}
    return {identifier: found.get(identifier, 0) for identifier in qualification_ids}


def last_seen(*, qualification_ids: Collection[int]) -> dict[int, datetime]:
    """Return when each error was last reported, of the latest message that it struck."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wanted.id, latest.id FROM unnest(%s::bigint[]) AS wanted(id),
                   LATERAL (SELECT event.id FROM deliveries_messageevent event
                             WHERE event.qualification_id = wanted.id
                             ORDER BY event.message_id DESC, event.id DESC LIMIT 1) AS latest
            """,
            [list(qualification_ids)],
        )
        return {row[0]: time_of(row[1]) for row in cursor.fetchall()}


def deliveries(*, qualification_id: int, most: int) -> list[Struck]:
    """Return the deliveries that an error struck most, with two queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT delivery_id, sum(value)::bigint AS messages FROM deliveries_counter
             WHERE figure = '{counters.ERROR}' AND key = %s
             GROUP BY 1 HAVING sum(value) > 0 ORDER BY messages DESC, delivery_id DESC LIMIT %s
            """,
            [str(qualification_id), most],
        )
        struck = cursor.fetchall()
    found = Delivery.objects.in_bulk([row[0] for row in struck])
    return [Struck(found[row[0]], row[1]) for row in struck if row[0] in found]


def entry_ids(*, qualification_id: int, most: int) -> list[int]:
    """Return the stored callbacks in which an error was reported of the latest messages."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT entry_id FROM deliveries_messageevent
             WHERE qualification_id = %s AND entry_id IS NOT NULL
             ORDER BY message_id DESC, id DESC LIMIT %s
            """,
            [qualification_id, most],
        )
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))
