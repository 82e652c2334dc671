"""Opt-outs by links whose messages are not registered yet, kept until somebody is known."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from storage.ids import lowest_id
from tracking.models import Wish

MONTH = timedelta(days=31)


class Kept(NamedTuple):
    """Who wants to be left alone: whoever gets a message; at: when the button was pressed last."""

    message_id: int
    token: str
    at: datetime


def keep(wish: Kept) -> None:
    """Keep a wish; pressed twice it is one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracking_wish AS kept (message_id, token, at) VALUES (%s, %s, %s) "
            "ON CONFLICT (message_id, token) DO UPDATE SET at = greatest(kept.at, excluded.at)",
            wish,
        )


def claim(*, most: int) -> list[Kept]:
    """Take out wishes whose messages are known by now; another worker takes others."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM tracking_wish WHERE id = ANY(ARRAY(
                SELECT wish.id FROM tracking_wish wish
                 WHERE EXISTS (SELECT FROM deliveries_message message
                                WHERE message.id = wish.message_id)
                 ORDER BY wish.id LIMIT %s FOR UPDATE SKIP LOCKED))
            RETURNING message_id, token, at
            """,
            [most],
        )
        return [Kept._make(row) for row in cursor.fetchall()]


def drop_old(*, at: datetime) -> int:
    """Drop wishes whose messages are past their retention: they come no more.  Return how many."""
    boundary = at - MONTH * settings.MESSAGE_RETENTION_MONTHS
    return Wish.objects.filter(message_id__lt=lowest_id(boundary)).delete()[0]
