"""How messages end, by place and moment: insert-only deltas, in the transaction of what ends.

Moments become hours after two days: by then they are no more than what is usual.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from quarantine.outage_models import HOLDING
from quarantine.outages import Ends, Series
from quarantine.places import Place
from storage import rows

COLUMNS = (*Place._fields, "at", "messages", "failed")
MOMENTS_FOR = timedelta(days=2)
# What is usual is read from so much, and nothing is kept longer.
USUAL_WITHIN = timedelta(days=28)
# An account as a whole, and cut by country, network and prefix; what is not named is no slice.
_SLICES = """
GROUPING SETS ((), (country), (country, network), (country, prefix))
"""
_SLICE = """
CASE WHEN grouping(country) = 0 THEN country ELSE '' END,
CASE WHEN grouping(network) = 0 THEN network ELSE '' END,
CASE WHEN grouping(prefix) = 0 THEN prefix ELSE '' END
"""
_NAMED = """
(grouping(network) = 1 OR network <> '') AND (grouping(prefix) = 1 OR prefix <> '')
AND (grouping(country) = 1 OR country <> '' OR grouping(prefix) = 0 OR grouping(network) = 0)
"""


class Touched(NamedTuple):
    """Of which moments of an account something new is known."""

    account_id: int
    since: datetime
    until: datetime


def add(tallies: Mapping[tuple[Place, datetime], Ends]) -> None:
    """Insert deltas, in the transaction of what they tell."""
    told = [(*place, at, *ends) for (place, at), ends in tallies.items() if any(ends)]
    rows.insert("quarantine_tally", COLUMNS, told)


def look() -> list[Touched]:
    """Return what is new since the last look, and put sums in the place of its deltas."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH grown AS (
                SELECT account_id, at, max(id) AS newest
                  FROM quarantine_tally WHERE fresh GROUP BY 1, 2
            ), gone AS (
                DELETE FROM quarantine_tally tally USING grown
                 WHERE tally.account_id = grown.account_id AND tally.at = grown.at
                   AND tally.id <= grown.newest
                RETURNING tally.*
            ), kept AS (
                INSERT INTO quarantine_tally ({", ".join(COLUMNS)}, fresh)
                SELECT {", ".join(COLUMNS[:5])}, sum(messages), sum(failed), false
                  FROM gone GROUP BY 1, 2, 3, 4, 5 HAVING sum(messages) <> 0 OR sum(failed) <> 0
            )
            SELECT account_id, min(at), max(at) FROM grown GROUP BY 1 ORDER BY 1
            """
        )
        return [Touched(*row) for row in cursor.fetchall()]


def lately(*, since: datetime) -> list[Touched]:
    """Return the accounts of which messages have ended since then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, min(at), max(at) FROM quarantine_tally "
            "WHERE at >= %s GROUP BY 1 ORDER BY 1",
            [since],
        )
        return [Touched(*row) for row in cursor.fetchall()]


def series(touched: Touched, *, least_failed: int) -> dict[Place, Series]:
    """Return how messages ended in the slices of an account in which so many failed, by moment."""
    wanted: list[Any] = [touched.account_id, touched.since, touched.until]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH ended AS MATERIALIZED (
                SELECT country, network, prefix, at, sum(messages) AS messages,
                       sum(failed) AS failed
                  FROM quarantine_tally
                 WHERE account_id = %s AND at BETWEEN %s AND %s GROUP BY 1, 2, 3, 4
            ), slices (country, network, prefix, cut) AS (
                SELECT {_SLICE}, grouping(country, network, prefix)
                  FROM ended GROUP BY {_SLICES} HAVING sum(failed) >= %s AND {_NAMED}
            )
            SELECT slice.country, slice.network, slice.prefix, ended.at,
                   sum(ended.messages)::int, sum(ended.failed)::int
              FROM slices slice
              JOIN ended ON (slice.cut & 4 <> 0 OR slice.country = ended.country)
                        AND (slice.cut & 2 <> 0 OR slice.network = ended.network)
                        AND (slice.cut & 1 <> 0 OR slice.prefix = ended.prefix)
             GROUP BY 1, 2, 3, 4
            """,
            [*wanted, least_failed],
        )
        found: dict[Place, dict[datetime, Ends]] = defaultdict(dict)
        for country, network, prefix, at, messages, failed in cursor.fetchall():
            place = Place(touched.account_id, country, network, prefix)
            found[place][at] = Ends(messages, failed)
    return dict(found)


def usual(place: Place, *, before: datetime) -> Ends:
    """Return how messages ended in a place before a time, but for what was held as an incident."""
    named: list[Any] = [part for part in place if part]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT coalesce(sum(messages), 0)::bigint, coalesce(sum(failed), 0)::bigint
              FROM quarantine_tally tally
             WHERE {_within(place)} AND at >= %s AND at < %s AND NOT {_HELD}
            """,
            [*named, before - USUAL_WITHIN, before, list(HOLDING)],
        )
        return Ends(*cursor.fetchone())


def _within(place: Place) -> str:
    """Return the condition that a tally lies in a place; what is named are its parameters."""
    named = [f"{name} = %s" for name in Place._fields if getattr(place, name)]
    return " AND ".join(named)


_HELD = """
EXISTS (SELECT FROM quarantine_incident incident
         WHERE incident.account_id = tally.account_id AND incident.state = ANY(%s)
           AND incident.country IN ('', tally.country)
           AND incident.network IN ('', tally.network)
           AND incident.prefix IN ('', tally.prefix)
           AND tally.at >= incident.held_from
           AND (incident.held_until IS NULL OR tally.at < incident.held_until))
"""


def put_together(*, at: datetime) -> None:
    """Put hours in the place of old moments, without those of incidents; drop what is too old."""
    old = (at - MOMENTS_FOR).replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM quarantine_tally WHERE at < %s", [at - USUAL_WITHIN])
        cursor.execute(
            f"""
            WITH gone AS (
                DELETE FROM quarantine_tally
                 WHERE at < least(%s, (SELECT min(held_from) FROM quarantine_incident
                                        WHERE held_until IS NULL AND state <> 'withdrawn'))
                   AND NOT fresh AND at <> date_trunc('hour', at)
                RETURNING *
            )
            INSERT INTO quarantine_tally ({", ".join(COLUMNS)}, fresh)
            SELECT {", ".join(COLUMNS[:4])}, date_trunc('hour', at), sum(messages), sum(failed),
                   false
              FROM gone tally WHERE NOT {_HELD} GROUP BY 1, 2, 3, 4, 5
            """,
            [old, list(HOLDING)],
        )
