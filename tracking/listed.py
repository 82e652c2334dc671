"""Clicks with their messages, as lists and files tell of them.

A click may come before its message is registered (tracking.outside): it is listed all the same.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.db import connection, transaction

from deliveries.models import Message
from storage import rows
from tracking.models import Click

CHUNK = 2_000
_LINES = """
    SELECT click.at, click.url_id, click.verdict, click.reasons, click.device, click.system,
           click.country, click.message_id,
           coalesce(message.recipient, ''), coalesce(message.address, '')
      FROM tracking_click click
      LEFT JOIN deliveries_message message
        ON message.id = click.message_id AND message.id >= %(delivery)s
     WHERE click.delivery_id = %(delivery)s AND click.message_id >= %(delivery)s
       AND click.verdict = ANY(%(verdicts)s)
     ORDER BY click.at, click.id
"""


class Listed(NamedTuple):
    """A click, and its message; None where that is not registered yet."""

    click: Click
    message: Message | None


class Line(NamedTuple):
    """A click as a file tells of it; recipient, address: empty where they are not known."""

    at: datetime
    url_id: int
    verdict: str
    reasons: str
    device: str
    system: str
    country: str
    message_id: int
    recipient: str
    address: str


def having_messages(clicks: Sequence[Click]) -> list[Listed]:
    """Return clicks with their messages, with one query."""
    found = Message.objects.in_bulk({click.message_id for click in clicks})
    return [Listed(click, found.get(click.message_id)) for click in clicks]


def lines(*, delivery_id: int, verdicts: Collection[str]) -> Iterator[Line]:
    """Yield the clicks of a delivery that were judged so, oldest first, by a cursor of the server.

    Within a transaction, so that the server keeps no copy of all of them.
    """
    wanted: dict[str, int | str] = {
        "delivery": delivery_id,
        "verdicts": rows.array(verdicts),
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            # All are read: what is quick for the first ones only takes several times as long.
            cursor.execute("SET LOCAL cursor_tuple_fraction = 1")
        with connection.chunked_cursor() as cursor:
            cursor.execute(_LINES, wanted)
            while piece := cursor.fetchmany(CHUNK):
                for at, url_id, verdict, reasons, *others in piece:
                    yield Line(at, url_id, verdict, _words(reasons), *others)


@lru_cache(maxsize=1_024)
def _words(reasons: str) -> str:
    return " ".join(json.loads(reasons))
