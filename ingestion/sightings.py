"""When an account was heard of first and last: insert-only, so that no two drains wait for it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from ingestion.inbox import Entry
from ingestion.models import GENUINE, Proof
from ingestion.reading import Reading
from messaging.reports import StatusReport
from storage import rows

REPLY = "reply"
# A status report whose word moves nothing.
UNMOVED = "unmoved"


class Seen(NamedTuple):
    """First and last callback of an account, and what the first of them said."""

    first_at: datetime
    last_at: datetime
    said: str


def keep(entries: Iterable[Entry], reading: Reading) -> None:
    """Keep when these entries came, those that were proven and understood apart from the rest."""
    said = _said(reading)
    seen: dict[tuple[int, bool], Seen] = {}
    for entry in entries:
        if entry.proof == Proof.TRIAL:
            continue
        word, at = said.get(entry.id, ""), entry.received_at
        place = entry.account_id, bool(word) and entry.proof in GENUINE
        known = seen.get(place) or Seen(at, at, word)
        seen[place] = Seen(
            min(known.first_at, at),
            max(known.last_at, at),
            word if at < known.first_at else known.said,
        )
    rows.insert(
        "ingestion_sighting",
        ("account_id", "genuine", "first_at", "last_at", "said"),
        [(*place, *found) for place, found in seen.items()],
    )


def _said(reading: Reading) -> dict[int, str]:
    """Return what each entry says first, in one word that pages translate."""
    said = {reply.entry.id: REPLY for reply in reading.replies}
    for item in reversed(reading.heard):
        said[item.entry.id] = _word(item.report)
    return said


def _word(report: StatusReport) -> str:
    return UNMOVED if report.status is None else report.status.api_name


def of(*, account_ids: Iterable[int]) -> dict[tuple[int, bool], Seen]:
    """Return what is known by account and whether it was genuine, with one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT account_id, genuine, min(first_at), max(last_at),
                   (array_agg(said ORDER BY first_at, id))[1]
              FROM ingestion_sighting WHERE account_id = ANY(%s) GROUP BY 1, 2
            """,
            [list(account_ids)],
        )
        return {(row[0], row[1]): Seen(*row[2:]) for row in cursor.fetchall()}


def squash() -> int:
    """Leave one row of each kind for each account; return how many rows that saved."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH alone AS MATERIALIZED (
                SELECT pg_try_advisory_xact_lock(hashtext('squash sightings')) AS had
            ), gone AS (
                DELETE FROM ingestion_sighting sighting
                 USING alone
                 WHERE had AND EXISTS (
                       SELECT 1 FROM ingestion_sighting other
                        WHERE other.account_id = sighting.account_id
                          AND other.genuine = sighting.genuine AND other.id <> sighting.id)
                RETURNING sighting.*
            ), kept AS (
                INSERT INTO ingestion_sighting (account_id, genuine, first_at, last_at, said)
                SELECT account_id, genuine, min(first_at), max(last_at),
                       (array_agg(said ORDER BY first_at, id))[1]
                  FROM gone GROUP BY 1, 2
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM kept)
            """
        )
        saved: int = cursor.fetchone()[0]
    return saved
