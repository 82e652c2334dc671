"""Clicks as they come in: what is kept of a request, and storing many of them at once."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.db import connection

from storage import rows
from tracking import callers
from tracking.known import Known

LONGEST_AGENT = 500
LONGEST_HEADER = 200
# Headers that tell a person from a robot, under the names by which they are kept.
HEADERS = {
    f"HTTP_{name.upper().replace('-', '_')}": name
    for name in (
        "purpose",
        "sec-purpose",
        "x-purpose",
        "x-moz",
        "x-requested-with",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "sec-fetch-user",
        "accept",
        "accept-language",
        "from",
    )
}
_NO_HEADERS = "{}"


class Arrival(NamedTuple):
    """A click that is to be stored; request_id tells it from all others for good."""

    message_id: int
    delivery_id: int
    url_id: int
    request_id: str
    at: datetime
    method: str
    user_agent: str
    network: str
    headers: str


_COLUMNS = ", ".join(Arrival._fields)
_GIVEN = f"""
    unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::uuid[], %s::timestamptz[], %s::text[],
           %s::text[], %s::text[], %s::jsonb[]) AS given({_COLUMNS})
"""
_INTO = f"INSERT INTO tracking_click ({_COLUMNS}, verdict, reasons)"
_ONCE = "ON CONFLICT (message_id, request_id) DO NOTHING"


def of(meta: Mapping[str, Any], link: Known, *, at: datetime) -> Arrival:
    """Take down what a request for a link tells, by its META."""
    return Arrival(
        message_id=link.message_id,
        delivery_id=link.delivery_id,
        url_id=link.url_id,
        request_id=str(uuid4()),
        at=at,
        method=meta["REQUEST_METHOD"],
        user_agent=_clean(meta.get("HTTP_USER_AGENT", ""), LONGEST_AGENT),
        network=callers.network_of(callers.address_of(meta)),
        headers=_headers(meta),
    )


def _headers(meta: Mapping[str, Any]) -> str:
    found = {
        name: _clean(meta[key], LONGEST_HEADER) for key, name in HEADERS.items() if meta.get(key)
    }
    # Where a person was before tells too much: its host is enough.
    if referrer := meta.get("HTTP_REFERER"):
        found["referrer"] = _clean(_host(referrer), LONGEST_HEADER)
    return json.dumps(found) if found else _NO_HEADERS


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _clean(text: str, longest: int) -> str:
    return text[:longest].replace("\x00", "")


def store(arrivals: Sequence[Arrival]) -> int:
    """Store clicks in one statement, those that are stored already but once; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_INTO} SELECT *, 'unjudged', '[]' FROM {_GIVEN} {_ONCE}", rows.arrays(arrivals)
        )
        stored: int = cursor.rowcount
    return stored


def store_linked(arrivals: Sequence[Arrival]) -> set[str]:
    """Store clicks as `store` does, except where their link is no more; return those.

    A link that is remembered may have been erased meanwhile: one look at each click's message, in
    the same statement, tells.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH linked AS MATERIALIZED (
                SELECT *, (SELECT true FROM tracking_link
                            WHERE message_id = given.message_id LIMIT 1) AS is_there
                  FROM {_GIVEN}
            ), stored AS (
                {_INTO} SELECT {_COLUMNS}, 'unjudged', '[]' FROM linked WHERE is_there {_ONCE}
            )
            SELECT request_id::text FROM linked WHERE is_there IS NULL
            """,
            rows.arrays(arrivals),
        )
        return {row[0] for row in cursor.fetchall()}


def written(arrival: Arrival) -> str:
    """Return a click as one line of text, for `read`."""
    return json.dumps(arrival._replace(at=arrival.at.isoformat())._asdict())  # type: ignore[arg-type]


def read(line: bytes) -> Arrival:
    """Return the click that a line tells of; raise ValueError where it tells of none."""
    fields = json.loads(line)
    if not isinstance(fields, dict) or fields.keys() != set(Arrival._fields):
        raise ValueError("This line is no click.")
    arrival = Arrival(**fields)
    UUID(arrival.request_id)
    return arrival._replace(at=datetime.fromisoformat(fields["at"]))
