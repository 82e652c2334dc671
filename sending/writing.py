"""Making messages of whom is written to: an id, a personal text, its segments, and its turn."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db import connection

from deliveries import counters
from deliveries.models import Delivery
from messaging import personal, segments
from messaging.failures import FailureType, Reason
from messaging.statuses import Evidence, MessageStatus
from sending import sentences
from sending.models import Outgoing
from storage import rows
from storage.aside import Aside
from tracking import links, tallies
from tracking.links import Addressee, Drawn, Plan

BATCH = 10_000
# What somebody did who tried a link before the start stays, and so does what was counted of it.
_OF_PEOPLE = [*tallies.SOURCE.figures, counters.OPT_OUTS]
Told = Callable[[int], None]


class Batch(NamedTuple):
    """What is made of some lines, column by column, and the links in the texts."""

    ids: Sequence[int]
    lines: Sequence[int]
    addresses: Sequence[str]
    references: Sequence[str]
    countries: Sequence[str]
    texts: Sequence[str]
    segments: Sequence[int]
    links: Drawn


class ClockWentBack(Exception):
    """The database's clock has gone back to before the delivery; the text says so."""


class _Given(NamedTuple):
    """The next lines, each with a new id and the values of the text's fields; and serials."""

    rows: Sequence[tuple[Any, ...]]
    serials: Sequence[int]


def write(delivery: Delivery, plan: Plan, *, told: Told, at: datetime) -> Counter[tuple[str, int]]:
    """Make the messages of `target`, in the order of its lines.

    While a batch is stored, the texts of the next one are made.  Returns how many messages there
    are of each country and number of segments.  told: is told after each batch how many were
    made; may raise.
    """
    alike: Counter[tuple[str, int]] = Counter()
    made = 0
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON target (line)")
        cursor.execute("ANALYZE target")
    names = personal.names(delivery.content)
    given = _after(0, delivery.pk, names, plan)
    with Aside() as aside:
        while given.rows:
            batch = _worded(plan, given, names)
            aside.wait()
            told(made)
            given = _after(batch.lines[-1], delivery.pk, names, plan)
            aside.do(partial(_store, delivery, batch, first=made + 1, at=at))
            alike.update(zip(batch.countries, batch.segments, strict=True))
            made += len(batch.ids)
    told(made)
    return alike


def _after(last: int, delivery_id: int, names: Sequence[str], plan: Plan) -> _Given:
    """Take the next lines."""
    columns = "".join(", given.fields ->> %s" for _name in names)
    join = "JOIN sending_recipient given ON given.delivery_id = %s AND given.line = target.line"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT next_id(), target.line, target.address, target.reference, target.country
                   {columns}
              FROM (SELECT * FROM target WHERE line > %s ORDER BY line LIMIT %s) AS target
                   {join if names else ""}
             ORDER BY target.line
            """,
            [*names, last, BATCH, *([delivery_id] if names else [])],
        )
        found = cursor.fetchall()
    if found and found[0][0] <= delivery_id:
        raise ClockWentBack(sentences.CLOCK_WENT_BACK)
    return _Given(found, links.serials(plan, len(found)))


def _worded(plan: Plan, given: _Given, names: Sequence[str]) -> Batch:
    ids, lines, addresses, references, countries, *values = zip(*given.rows, strict=True)
    # Without fields there are no columns of them.
    fields = [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)] or [
        {}
    ] * len(ids)
    drawn = links.draw(plan, list(map(Addressee, ids, fields)), given.serials)
    texts = [one.text for one in drawn.texts]
    measured = list(map(segments.count, texts))
    return Batch(ids, lines, addresses, references, countries, texts, measured, drawn)


def _store(delivery: Delivery, batch: Batch, *, first: int, at: datetime) -> None:
    links.store(batch.links)
    ids = rows.array(batch.ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO deliveries_message
                   (id, delivery_id, channel, address, recipient, status, failure_type, reason,
                    evidence, contradicted, provider_code, text, segments, currency, country,
                    network, changed_at)
            SELECT id, %s, %s, address, recipient, %s, %s, %s, %s, false, '', '', segments, '',
                   country, '', %s
              FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::text[])
                   AS made(id, address, recipient, segments, country)
            """,
            [
                delivery.pk,
                delivery.channel,
                MessageStatus.PENDING,
                FailureType.UNDEFINED,
                Reason.UNDEFINED,
                Evidence.NONE,
                at,
                ids,
                rows.array(batch.addresses),
                rows.array(batch.references),
                rows.array(batch.segments),
                rows.array(batch.countries),
            ],
        )
        cursor.execute(
            """
            INSERT INTO sending_outgoing
                   (message_id, delivery_id, line, position, text, state, attempts, last_error)
            SELECT id, %s, line, %s + place - 1, text, %s, 0, ''
              FROM unnest(%s::bigint[], %s::integer[], %s::text[]) WITH ORDINALITY
                   AS made(id, line, text, place)
            """,
            [
                delivery.pk,
                first,
                Outgoing.State.WAITING,
                ids,
                rows.array(batch.lines),
                rows.array(batch.texts),
            ],
        )


def discard(delivery_id: int) -> int:
    """Remove what an earlier preparation made, and what was counted of it; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO deliveries_counter (delivery_id, figure, key, bucket, value)
            SELECT delivery_id, figure, key, bucket, -sum(value)
              FROM deliveries_counter WHERE delivery_id = %s AND NOT figure = ANY(%s)
             GROUP BY 1, 2, 3, 4 HAVING sum(value) <> 0
            """,
            [delivery_id, _OF_PEOPLE],
        )
        cursor.execute("DELETE FROM deliveries_exclusion WHERE delivery_id = %s", [delivery_id])
        for statement in (
            "DELETE FROM sending_outgoing WHERE delivery_id = %s AND message_id >= %s",
            "DELETE FROM deliveries_message WHERE delivery_id = %s AND id >= %s",
        ):
            cursor.execute(statement, [delivery_id, delivery_id])
        removed: int = cursor.rowcount
    return removed
