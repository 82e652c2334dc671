"""The mailbox in PostgreSQL: entries are stored raw, claimed, and applied in one transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from django.db import connection

from ingestion.models import Proof
from providers.base import Callback
from storage import rows

# Never stored: they are secrets, and their proof has been checked at the door.
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


class Arrival(NamedTuple):
    """A verified callback that is to be stored."""

    account_id: int
    method: str
    query: str
    headers: str
    body: bytes
    received_at: datetime
    proof: int = int(Proof.SIGNED)


class Entry(NamedTuple):
    """A stored callback that is to be applied.

    attempts counts the failures so far; again: it was claimed before, so it is not counted anew.
    """

    id: int
    attempts: int
    again: bool
    account_id: int
    method: str
    query: str
    headers: str
    body: bytes
    received_at: datetime
    proof: int = int(Proof.SIGNED)

    def callback(self) -> Callback:
        """Return it as the provider's translator takes it; the URL is only its query."""
        headers = json.loads(self.headers) if self.headers else {}
        return Callback(
            method=self.method,
            url=f"/?{self.query}" if self.query else "/",
            headers=headers,
            body=bytes(self.body),
            received_at=self.received_at,
        )


def arrival(
    *, account_id: int, callback: Callback, query: str, proof: Proof = Proof.SIGNED
) -> Arrival:
    """Prepare a callback for storing: secrets left out, bytes that are no ASCII escaped."""
    headers = {
        name: value
        for name, value in callback.headers.items()
        if value and name.lower() not in SECRET_HEADERS
    }
    return Arrival(
        account_id=account_id,
        method=callback.method,
        query=_escaped(query),
        headers=json.dumps(headers),
        body=callback.body,
        received_at=callback.received_at,
        proof=int(proof),
    )


def _escaped(query: str) -> str:
    """Return a query in printable ASCII, whatever bytes were sent as it."""
    if query.isascii() and query.isprintable():
        return query
    return quote(query.encode("latin-1", "replace"), safe="%&=+;/:@?,!$'()*")


def store(arrivals: Sequence[Arrival]) -> None:
    """Store entries and put them into the queue, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH stored AS (
                INSERT INTO ingestion_inboxentry
                       (account_id, method, query, headers, body, received_at, proof)
                SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[],
                                     %s::bytea[], %s::timestamptz[], %s::smallint[])
                RETURNING id
            )
            INSERT INTO ingestion_queueitem (entry_id, attempts, error, again)
            SELECT id, 0, '', false FROM stored
            """,
            rows.arrays(arrivals),
        )


def claim(*, limit: int) -> list[Entry]:
    """Take entries out of the queue, oldest first, that nobody else has taken.

    They come back by themselves when the transaction does not commit.
    """
    # By ctid: a join is planned by the statistics of a queue that was empty when they were taken,
    # as a loop over the whole queue for each entry.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM ingestion_queueitem WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM ingestion_queueitem
                 WHERE not_before IS NULL OR not_before <= now()
                 ORDER BY entry_id LIMIT %s FOR UPDATE SKIP LOCKED
            ))
            RETURNING entry_id, attempts, again OR attempts > 0
            """,
            [limit],
        )
        waited = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
    return load(waited) if waited else []


def load(waited: Mapping[int, tuple[int, bool]]) -> list[Entry]:
    """Read entries by id, each with its attempts and whether it was claimed before.

    Held ones come from the copy that outlives the inbox.
    """
    ids = sorted(waited)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, account_id, method, query, headers, body, received_at, proof
              FROM ingestion_inboxentry
             WHERE id = ANY(%s) AND id BETWEEN %s AND %s ORDER BY id
            """,
            [ids, ids[0], ids[-1]],
        )
        found = cursor.fetchall()
        if len(found) < len(ids):
            known = {row[0] for row in found}
            cursor.execute(
                """
                SELECT DISTINCT ON (entry_id)
                       entry_id, account_id, method, query, headers, body, received_at, proof
                  FROM ingestion_heldcallback WHERE entry_id = ANY(%s) ORDER BY entry_id
                """,
                [[identifier for identifier in ids if identifier not in known]],
            )
            found += cursor.fetchall()
    return [Entry(row[0], *waited[row[0]], *row[1:]) for row in found]


def put_back(select: str, parameters: Sequence[Any]) -> int:
    """Put the entries that a SELECT of ids finds back into the queue; return how many that were.

    In the order of the key: a registration, the sweeper and a retry may put back the same.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO ingestion_queueitem (entry_id, attempts, error, again)
            SELECT DISTINCT found.id, 0, '', true FROM ({select}) AS found(id) ORDER BY 1
            ON CONFLICT (entry_id) DO NOTHING
            """,
            parameters,
        )
        number: int = cursor.rowcount
    return number
