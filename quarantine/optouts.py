"""Opt-outs: words of people become the standing of their addresses, however many in one batch.

A constant number of statements.  Addresses are locked in the order of their keys; whoever locks
messages too has done so before.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from messaging.channels import Channel
from messaging.statuses import AddressStatus
from quarantine import fingerprints, words
from quarantine.words import Said, Standing
from storage import rows

# What a Change says where a corrected mapping no longer finds the word that was its cause.
READ_AGAIN = "Callbacks were read again: this was not asked for."
LONGEST_TEXT = 500

STANDING_COLUMNS = ", ".join(Standing._fields)
SAID_COLUMNS = ", ".join(Said._fields)


class _Known(NamedTuple):
    """A locked address and its words by key."""

    standing: Standing
    words: dict[bytes, Said]


def hear(
    said: Mapping[str, Sequence[Said]], *, withdrawn: Collection[bytes] = (), at: datetime
) -> Counter[int]:
    """Take words of addresses (in E.164) into account, and forget those that are withdrawn.

    Returns, by delivery, how many messages more (or fewer) an opt-out answers now.  A word that
    was heard before changes nothing; one that is withdrawn and said again stays.
    """
    if not said and not withdrawn:
        return Counter()
    marks = {fingerprints.of(address): address for address in said}
    _add_missing(marks)
    found = _locked(marks, withdrawn)
    known, heard = {}, {}
    for address_id, (spelling, known[address_id]) in found.items():
        heard[address_id] = _merged(known[address_id].words, said.get(spelling, ()), withdrawn)
    _write_words(known, heard)
    _write_standings(known, heard, at=at)
    opted: Counter[int] = Counter()
    for address_id, before in known.items():
        opted.update(delivery for delivery, _message in words.opt_outs(heard[address_id]))
        opted.subtract(delivery for delivery, _message in words.opt_outs(before.words))
    return opted


def _merged(
    known: Mapping[bytes, Said], said: Sequence[Said], withdrawn: Collection[bytes]
) -> dict[bytes, Said]:
    again = {word.key for word in said}
    merged = {key: word for key, word in known.items() if key in again or key not in withdrawn}
    for word in said:
        told = word._replace(text=word.text[:LONGEST_TEXT])
        merged[word.key] = words.same(merged[word.key], told) if word.key in merged else told
    return merged


def _add_missing(marks: Mapping[bytes, str]) -> None:
    """Insert a row for each address that has none, neither by itself nor by its hash."""
    if not marks:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO quarantine_address
                   (channel, address, status, reason, error_text, error_count, by_word, beneath,
                    beneath_reason, created_at, modified_at)
            SELECT %s, said.address, 'valid', 0, '', 0, false, 'valid', 0, now(), now()
              FROM unnest(%s::text[], %s::bytea[]) AS said(address, mark)
             WHERE NOT EXISTS (SELECT FROM quarantine_address known
                                WHERE known.channel = %s AND known.address = said.address
                                  AND known.address <> '')
               AND NOT EXISTS (SELECT FROM quarantine_address erased
                                WHERE erased.channel = %s AND erased.fingerprint = said.mark)
             ORDER BY said.address
            ON CONFLICT DO NOTHING
            """,
            [
                Channel.SMS,
                *rows.arrays([(address, mark) for mark, address in marks.items()]),
                Channel.SMS,
                Channel.SMS,
            ],
        )


def _locked(
    marks: Mapping[bytes, str], withdrawn: Collection[bytes]
) -> dict[int, tuple[str, _Known]]:
    """Lock the addresses that are said something of; return each with its spelling and words."""
    found: dict[int, tuple[str, _Known]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH wanted AS (
                SELECT known.id FROM unnest(%s::text[]) AS said(address)
                  JOIN quarantine_address known
                    ON known.channel = %s AND known.address = said.address AND known.address <> ''
                UNION
                SELECT id FROM quarantine_address
                 WHERE channel = %s AND fingerprint = ANY(%s::bytea[])
                UNION
                SELECT address_id FROM quarantine_word WHERE key = ANY(%s::bytea[])
            )
            SELECT id, address, fingerprint, {STANDING_COLUMNS} FROM quarantine_address
             WHERE id IN (SELECT id FROM wanted) ORDER BY id FOR UPDATE
            """,
            [
                rows.array(marks.values()),
                Channel.SMS,
                Channel.SMS,
                rows.array(marks),
                rows.array(withdrawn),
            ],
        )
        for address_id, address, mark, *standing in cursor.fetchall():
            spelling = address or marks.get(bytes(mark), "")
            found[address_id] = spelling, _Known(Standing(*standing), {})
        cursor.execute(
            f"SELECT address_id, {SAID_COLUMNS} FROM quarantine_word "
            f"WHERE address_id = ANY(%s::bigint[])",
            [rows.array(found)],
        )
        for address_id, key, *rest in cursor.fetchall():
            found[address_id][1].words[bytes(key)] = Said(bytes(key), *rest)
    return found


def _write_words(known: Mapping[int, _Known], heard: Mapping[int, Mapping[bytes, Said]]) -> None:
    gone: list[bytes] = []
    added: list[tuple[int, Said]] = []
    for address_id, before in known.items():
        now = heard[address_id]
        gone += [key for key, said in before.words.items() if now.get(key) != said]
        added += [(address_id, said) for key, said in now.items() if before.words.get(key) != said]
    if gone:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM quarantine_word WHERE key = ANY(%s::bytea[])", [rows.array(gone)]
            )
    rows.put(
        f"INSERT INTO quarantine_word (address_id, {SAID_COLUMNS}) VALUES %s",
        [(address_id, *said) for address_id, said in added],
    )


def _write_standings(
    known: Mapping[int, _Known], heard: Mapping[int, Mapping[bytes, Said]], *, at: datetime
) -> None:
    """Write back the addresses that stand differently, and why those moved whose status did."""
    changed: list[tuple[int, Standing]] = []
    changes = []
    for address_id, (before, _words) in known.items():
        now = words.after(before, heard[address_id].values())
        if now != before:
            changed.append((address_id, now))
        if now.status != before.status:
            cause = words.latest(heard[address_id].values())
            reason = now.reason if now.status == AddressStatus.DENYLISTED else before.reason
            step = (address_id, before.status, now.status, reason)
            changes.append(
                (*step, cause.at, cause.text, cause.inbound_id, cause.message_id, cause.provider,
                 cause.code)
                if cause
                else (*step, at, READ_AGAIN, None, None, "", "")
            )  # fmt: skip
    _update(changed, at=at)
    rows.insert(
        "quarantine_change",
        ("address_id", "before", "after", "reason", "at", "text", "inbound_id", "message_id",
         "provider", "code"),
        changes,
    )  # fmt: skip


def _update(changed: Sequence[tuple[int, Standing]], *, at: datetime) -> None:
    names = ", ".join(f"{name} = new.{name}" for name in Standing._fields)
    rows.put(
        f"UPDATE quarantine_address address SET {names}, modified_at = new.modified_at "
        f"FROM (VALUES %s) AS new (id, {STANDING_COLUMNS}, modified_at) WHERE address.id = new.id",
        [(address_id, *standing, at) for address_id, standing in changed],
        template="(%s, %s, %s::smallint, %s, %s::timestamptz, %s::timestamptz, %s::bigint, %s, %s, "
        "%s::smallint, %s::timestamptz)",
    )
