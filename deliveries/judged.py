"""The events of one qualification, and what they are judged to be: each function a statement."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.db import connection

from storage import rows


class Judged(NamedTuple):
    """What an event is judged to be."""

    message_id: int
    digest: bytes
    failure_type: int
    reason: int


def message_ids(*, qualification_id: int, after: int, most: int) -> list[int]:
    """Return the next messages, by id, with an event of this qualification."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT message_id FROM deliveries_messageevent
             WHERE qualification_id = %s AND message_id > %s ORDER BY message_id LIMIT %s
            """,
            [qualification_id, after, most],
        )
        return [row[0] for row in cursor.fetchall()]


def written(*, qualification_id: int, message_ids: Collection[int]) -> dict[tuple[int, bytes], int]:
    """Return the ids of these messages' events of a qualification, by message and digest.

    Ids grow with time, so an event's id tells when it was written.
    """
    if not message_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT message_id, digest, id FROM deliveries_messageevent
             WHERE qualification_id = %s AND message_id = ANY(%s::bigint[])
               AND message_id BETWEEN %s AND %s
            """,
            [qualification_id, rows.array(message_ids), min(message_ids), max(message_ids)],
        )
        return {(row[0], bytes(row[1])): row[2] for row in cursor.fetchall()}


def write(judged: Sequence[Judged]) -> None:
    """Write what events are judged to be."""
    if not judged:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE deliveries_messageevent event
               SET failure_type = judged.failure_type, reason = judged.reason
              FROM unnest(%s::bigint[], %s::bytea[], %s::smallint[], %s::smallint[])
                   AS judged(message_id, digest, failure_type, reason)
             WHERE event.message_id = judged.message_id AND event.digest = judged.digest
               AND event.message_id BETWEEN %s AND %s
            """,
            [
                *rows.arrays(judged),
                min(event.message_id for event in judged),
                max(event.message_id for event in judged),
            ],
        )
