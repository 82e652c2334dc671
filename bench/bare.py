"""Bare SQL, as a reference: what a script would do that knew all rows beforehand.

The rows are worked out by our own code before the clock starts: the same events, messages and
counters as the drain writes, in batches of the same size, on the same tables and indexes.
"""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg2
from django.db import connection
from django.utils import timezone
from psycopg2.extensions import connection as Connection  # noqa: N812 (a class, named so)
from psycopg2.extras import execute_values

from deliveries import counters, record
from deliveries.merge import fold
from deliveries.record import Event, Standing
from ingestion import matching, qualifying, reading, receipts
from ingestion.inbox import Entry
from providers.models import ProviderAccount

_LOCK = """
SELECT id FROM deliveries_message WHERE id = ANY(%s) AND id BETWEEN %s AND %s
 ORDER BY id FOR UPDATE
"""
_CHANGED = [name if name != "code" else "provider_code" for name in record.CHANGING]
_UPDATE = f"""
UPDATE deliveries_message message SET {", ".join(f"{name} = new.{name}" for name in _CHANGED)}
  FROM (VALUES %s) AS new(id, {", ".join(_CHANGED)})
 WHERE message.id = new.id AND message.id BETWEEN {{}} AND {{}}
"""
_UPDATED = f"(%s, {', '.join(f'%s::{kind}' for kind in record.CHANGING.values())})"
_EVENTS = f"""
INSERT INTO deliveries_messageevent ({record.EVENT_COLUMNS})
VALUES %s ON CONFLICT (message_id, digest) DO NOTHING
"""
_COUNTERS = "INSERT INTO deliveries_counter (delivery_id, figure, key, bucket, value) VALUES %s"

Row = tuple[Any, ...]


class Batch(NamedTuple):
    """The rows of one transaction."""

    ids: list[int]
    messages: list[Row]
    events: Sequence[Row]
    deltas: list[Row]


def plan(account: ProviderAccount, forms: Sequence[bytes], *, size: int) -> list[Batch]:
    """Work out the rows of all batches."""
    now = timezone.now()
    headers = '{"content-type": "application/x-www-form-urlencoded"}'
    entries = [
        Entry(number, 0, False, account.pk, "POST", "", headers, body, now)  # noqa: FBT003 (a row)
        for number, body in enumerate(forms)
    ]
    heard = reading.read(entries).heard
    places = matching.places(heard, at=now)
    verdicts = qualifying.verdicts(heard, at=now, lock=True)
    events = [
        receipts.as_event(
            item,
            places[account.pk, item.report.provider_message_id][0],
            qualifying.verdict(item, verdicts),
        )
        for item in heard
    ]
    standing = record.messages(ids={event.message_id for event in events}, lock=False)
    told: dict[int, dict[bytes, Event]] = {identifier: {} for identifier in standing}
    return [
        _batch(events[start : start + size], standing, told)
        for start in range(0, len(events), size)
    ]


def _batch(
    events: list[Event], standing: dict[int, Standing], told: dict[int, dict[bytes, Event]]
) -> Batch:
    ids = sorted({event.message_id for event in events})
    for event in events:
        told[event.message_id].setdefault(event.digest, event)
    changes: Counter[tuple[counters.Counted, counters.Counted]] = Counter()
    changed = []
    for identifier in ids:
        before = standing[identifier]
        outcome = fold([event.said() for event in told[identifier].values()])
        now = before.after(outcome, at=events[0].received_at) if outcome else before
        if now != before:
            standing[identifier] = now
            changed.append((now.id, *(getattr(now, name) for name in record.CHANGING)))
            changes[before.counted(), now.counted()] += 1
    deltas = counters.differences(changes)
    return Batch(ids, changed, events, [(*key, value) for key, value in deltas.items() if value])


def run(batches: Sequence[Batch]) -> float:
    """Write all batches, each in one transaction; return the seconds that took."""
    script = psycopg2.connect(**connection.get_connection_params())
    try:
        start = time.perf_counter()
        for batch in batches:
            _write(script, batch)
        return time.perf_counter() - start
    finally:
        script.close()


def _write(script: Connection, batch: Batch) -> None:
    ends = (batch.ids[0], batch.ids[-1])
    with script, script.cursor() as cursor:
        cursor.execute(_LOCK, (batch.ids, *ends))
        cursor.fetchall()
        if batch.messages:
            update = _UPDATE.format(*ends)
            _all_at_once(cursor, update, batch.messages, template=_UPDATED)
        _all_at_once(cursor, _EVENTS, batch.events)
        if batch.deltas:
            _all_at_once(cursor, _COUNTERS, batch.deltas)


def _all_at_once(cursor: Any, statement: str, rows: Sequence[Row], **options: Any) -> None:
    execute_values(cursor, statement, rows, page_size=len(rows), **options)
