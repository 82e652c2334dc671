"""Messages that handsets send back: kept once, and what they ask for."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from ingestion.models import InboundMessage
from ingestion.reading import Reply
from messaging import keywords, senders
from messaging.addresses import country_of
from messaging.channels import Channel
from messaging.keywords import Keyword
from quarantine import fingerprints
from storage import rows
from storage.ids import lowest_id

# A reply answers the newest message to its sender on the same account, if that is no older.
ANSWERS_WITHIN = timedelta(days=30)

_ZEROS = re.compile(r"\+?[0 ]{7,}\Z")

Action = InboundMessage.Action


class Kept(NamedTuple):
    """A reply as it is stored, in the order of RETURNED."""

    id: int
    account_id: int
    digest: bytes
    address: str
    text: str
    keyword: str
    action: str
    at: datetime
    message_id: int | None
    delivery_id: int | None


RETURNED = ", ".join(f"reply.{name}" for name in Kept._fields)

# What comes again with neither id nor time may be a new wish or a repetition: a STOP may be new.
TIME = """
    at = CASE WHEN excluded.action = 'denylist' AND excluded.provider_id = ''
              THEN greatest(reply.at, excluded.at) ELSE least(reply.at, excluded.at) END
"""
READ_ANEW = """,
    address = excluded.address, recipient = excluded.recipient, text = excluded.text,
    keyword = excluded.keyword, action = excluded.action,
    message_id = coalesce(reply.message_id, excluded.message_id),
    delivery_id = coalesce(reply.delivery_id, excluded.delivery_id)
"""


class _New(NamedTuple):
    """A reply as it is read."""

    account_id: int
    digest: bytes
    provider_id: str
    address: str
    recipient: str
    text: str
    keyword: str
    action: str
    at: datetime
    entry_id: int


def keep(replies: Sequence[Reply], *, anew: bool = False) -> list[Kept]:
    """Store replies, each once however often it is posted; return them as they are stored.

    anew: what they say now replaces what was kept of them.  Erased ones stay as they are.
    """
    found: dict[tuple[int, bytes], _New] = {}
    for reply in replies:
        if not _is_erased(reply):
            new = _read(reply)
            key = new.account_id, new.digest
            found[key] = _same(found[key], new) if key in found else new
    # Numbered as they came, written in one order: two drains that hold the same replies then wait
    # for each other.
    came = sorted(found.values(), key=lambda new: new.entry_id)
    numbered = zip(_next_ids(len(came)), came, strict=True)
    return _store(sorted(numbered, key=lambda pair: pair[1][:2]), anew=anew)


def forget_stale(kept: Collection[Kept], *, entry_ids: Sequence[int]) -> list[int]:
    """Delete what these entries no longer say; return the ids of all replies they ever said."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH stale AS (
                DELETE FROM ingestion_inboundmessage
                 WHERE entry_id = ANY(%s::bigint[]) AND id <> ALL(%s::bigint[]) AND address <> ''
                RETURNING id
            )
            SELECT id FROM stale
            """,
            [rows.array(entry_ids), rows.array([reply.id for reply in kept])],
        )
        return [reply.id for reply in kept] + [row[0] for row in cursor.fetchall()]


def _is_erased(reply: Reply) -> bool:
    """Tell whether the sender was erased: the digits of its number are overwritten with zeros."""
    return bool(_ZEROS.match(reply.report.address))


def _read(reply: Reply) -> _New:
    entry, report = reply
    is_mail = report.channel == Channel.EMAIL
    address, fault = (
        senders.mailbox(report.address)
        if is_mail
        else senders.read(report.address, written_to=report.recipient)
    )
    country = "" if fault or is_mail else country_of(address)
    handled = keywords.stated(report.keyword)
    keyword = handled or keywords.recognise(report.text, country)
    told_at = report.occurred_at
    return _New(
        account_id=entry.account_id,
        digest=_digest(entry.account_id, reply, address),
        provider_id=report.provider_message_id,
        address=address,
        recipient=report.recipient[:64],
        text=report.text,
        keyword=str(keyword),
        action=str(fault or _action(keyword, handled=bool(handled), country=country)),
        at=min(told_at, entry.received_at) if told_at else entry.received_at,
        entry_id=entry.id,
    )


def _digest(account_id: int, reply: Reply, address: str) -> bytes:
    report = reply.report
    if report.provider_message_id:
        return fingerprints.of_parts("id", account_id, report.provider_message_id)
    said = (report.recipient, report.text, report.keyword, report.occurred_at)
    return fingerprints.of_parts("said", account_id, address, *said)


def _action(keyword: Keyword, *, handled: bool, country: str) -> str:
    if keyword is Keyword.STOP:
        return Action.DENYLIST
    if keyword is Keyword.START:
        # A provider that has lifted its own block vouches for it.
        back = handled or keywords.may_start_again(country)
        return Action.LIFT if back else Action.NOT_ALLOWED
    return Action.NONE


def _same(one: _New, other: _New) -> _New:
    first, last = sorted((one, other), key=lambda new: new.at)
    return last if one.action == Action.DENYLIST and not one.provider_id else first


def _next_ids(count: int) -> list[int]:
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_id() FROM generate_series(1, %s)", [count])
        return sorted(row[0] for row in cursor.fetchall())


def _store(new: Sequence[tuple[int, _New]], *, anew: bool) -> list[Kept]:
    if not new:
        return []
    answered = _answered([row for _number, row in new])
    nothing = (None, None)
    placed = [
        (number, *row, *answered.get((row.account_id, row.digest), nothing)) for number, row in new
    ]
    columns = ("id", *_New._fields, "message_id", "delivery_id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO ingestion_inboundmessage AS reply ({", ".join(columns)})
            SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::text[], %s::text[],
                   %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
                   %s::bigint[], %s::bigint[], %s::bigint[])
            ON CONFLICT (account_id, digest)
            DO UPDATE SET {TIME} {READ_ANEW if anew else ""} WHERE reply.address <> ''
            RETURNING {RETURNED}
            """,
            rows.arrays(placed),
        )
        return [Kept._make(row)._replace(digest=bytes(row[2])) for row in cursor.fetchall()]


def _answered(new: Iterable[_New]) -> Mapping[tuple[int, bytes], tuple[int, int]]:
    """Return the message that each reply most probably answers, and its delivery."""
    asked = [(row.account_id, row.digest, row.address, row.at) for row in new]
    oldest = min(at for *_, at in asked) - ANSWERS_WITHIN
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT said.account_id, said.digest, newest.id, newest.delivery_id
              FROM unnest(%s::bigint[], %s::bytea[], %s::text[], %s::timestamptz[])
                   AS said(account_id, digest, address, at)
             CROSS JOIN LATERAL (
                   SELECT message.id, message.delivery_id
                     FROM deliveries_message message
                     JOIN deliveries_delivery delivery ON delivery.id = message.delivery_id
                    WHERE message.address = said.address AND message.id >= %s
                      AND delivery.account_id = said.account_id
                      AND message.accepted_at <= said.at
                      AND message.accepted_at >= said.at - make_interval(days => %s)
                    ORDER BY message.accepted_at DESC, message.id DESC LIMIT 1
                   ) AS newest
            """,
            [*rows.arrays(asked), lowest_id(oldest), ANSWERS_WITHIN.days],
        )
        return {(row[0], bytes(row[1])): (row[2], row[3]) for row in cursor.fetchall()}
