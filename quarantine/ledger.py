"""Reading and writing addresses with their words and facts, however many, in a few statements."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from quarantine.facts import Fact
from quarantine.standing import Standing
from quarantine.words import Said
from storage import rows

STANDING_COLUMNS = ", ".join(Standing._fields)
SAID_COLUMNS = ", ".join(Said._fields)
FACT_COLUMNS = ", ".join(Fact._fields)


class Name(NamedTuple):
    """An address in its one spelling, on its channel."""

    channel: str
    address: str


class Known(NamedTuple):
    """A locked address.  spelling: empty where it was erased and nobody named it."""

    channel: str
    spelling: str
    erased: bool
    standing: Standing
    words: dict[bytes, Said]


class Step(NamedTuple):
    """One change of an address, in the order of its columns."""

    address_id: int
    before: str
    after: str
    reason: int
    at: datetime
    text: str
    rule_id: int | None = None
    rule_version: int | None = None
    inbound_id: int | None = None
    message_id: int | None = None
    provider: str = ""
    code: str = ""
    actor_id: int | None = None
    act_id: int | None = None
    incident_id: int | None = None


# Rows as they are given: with their ids before them, or with the time of a change behind.
_FACTS = rows.unnested(["bigint", *rows.kinds(Fact)])
_WORDS = rows.unnested(["bigint", *rows.kinds(Said)])
_STANDINGS = rows.unnested(["bigint", *rows.kinds(Standing), "timestamptz"])
_STEPS = rows.unnested(rows.kinds(Step))


def add_missing(marks: Mapping[Name, bytes]) -> None:
    """Insert a row for each address that has none, neither by itself nor by its hash."""
    if marks:
        named = "unnest(%s::text[], %s::text[], %s::bytea[]) AS named(channel, address, mark)"
        add_missing_of(named, rows.arrays([(*name, mark) for name, mark in marks.items()]))


def add_missing_of(named: str, parameters: Sequence[str | int]) -> None:
    """Insert a row for each address that has none; named: SQL of (channel, address, mark)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO quarantine_address
                   (channel, address, status, reason, error_text, error_count, by_word, beneath,
                    beneath_reason, beneath_text, created_at, modified_at)
            SELECT named.channel, named.address, 'valid', 0, '', 0, false, 'valid', 0, '',
                   now(), now()
              FROM {named}
             WHERE NOT EXISTS (SELECT FROM quarantine_address known
                                WHERE known.channel = named.channel
                                  AND known.address = named.address AND known.address <> '')
               AND NOT EXISTS (SELECT FROM quarantine_address erased
                                WHERE erased.channel = named.channel
                                  AND erased.fingerprint = named.mark)
             ORDER BY named.channel, named.address
            ON CONFLICT DO NOTHING
            """,
            parameters,
        )


def locked(
    names: Collection[Name], *, marks: Mapping[Name, bytes], withdrawn: Collection[bytes] = ()
) -> dict[int, Known]:
    """Lock addresses, in the order of their keys, and read them with their words.

    marks: the hashes of those that may have been erased; withdrawn: keys of words, whose
    addresses are meant too.
    """
    spelled = {(name.channel, mark): name.address for name, mark in marks.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH wanted AS (
                SELECT known.id FROM unnest(%s::text[], %s::text[]) AS named(channel, address)
                  JOIN quarantine_address known
                    ON known.channel = named.channel AND known.address = named.address
                   AND known.address <> ''
                UNION
                SELECT erased.id FROM unnest(%s::text[], %s::bytea[]) AS named(channel, mark)
                  JOIN quarantine_address erased
                    ON erased.channel = named.channel AND erased.fingerprint = named.mark
                UNION
                SELECT address_id FROM quarantine_word WHERE key = ANY(%s::bytea[])
            )
            SELECT id, channel, address, fingerprint, {STANDING_COLUMNS} FROM quarantine_address
             WHERE id IN (SELECT id FROM wanted) ORDER BY id FOR UPDATE
            """,
            [
                *(rows.arrays(list(names)) if names else ["{}", "{}"]),
                *(rows.arrays(list(spelled)) if spelled else ["{}", "{}"]),
                rows.array(withdrawn),
            ],
        )
        found = {
            row[0]: Known(
                row[1],
                row[2] or spelled.get((row[1], bytes(row[3])), ""),
                not row[2],
                _standing(row[4:]),
                {},
            )
            for row in cursor.fetchall()
        }
    _read_words(found)
    return found


def locked_by_id(ids: Collection[int]) -> dict[int, Known]:
    """Lock addresses by id, and read them with their words."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, channel, address, {STANDING_COLUMNS} FROM quarantine_address "
            f"WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE",
            [rows.array(ids)],
        )
        found = {
            row[0]: Known(row[1], row[2], not row[2], _standing(row[3:]), {})
            for row in cursor.fetchall()
        }
    _read_words(found)
    return found


def _standing(columns: Sequence[object]) -> Standing:
    *others, key, known_since, released_at = columns
    folded_key = None if key is None else bytes(key)  # type: ignore[call-overload]
    return Standing._make((*others, folded_key, known_since, released_at))


def _read_words(found: Mapping[int, Known]) -> None:
    if not found:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT address_id, {SAID_COLUMNS} FROM quarantine_word "
            f"WHERE address_id = ANY(%s::bigint[])",
            [rows.array(found)],
        )
        for address_id, key, *rest in cursor.fetchall():
            found[address_id].words[bytes(key)] = Said(bytes(key), *rest)


def facts_of_messages(ids: Collection[int]) -> dict[int, Fact]:
    """Return the facts that messages have become."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {FACT_COLUMNS} FROM quarantine_fact WHERE message_id = ANY(%s::bigint[])",
            [rows.array(ids)],
        )
        found = map(_fact, cursor.fetchall())
        return {fact.message_id: fact for fact in found if fact.message_id is not None}


def facts(address_ids: Iterable[int]) -> dict[int, list[Fact]]:
    """Return all facts of addresses."""
    found: dict[int, list[Fact]] = {identifier: [] for identifier in address_ids}
    if not found:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT address_id, {FACT_COLUMNS} FROM quarantine_fact "
            f"WHERE address_id = ANY(%s::bigint[])",
            [rows.array(found)],
        )
        for row in cursor.fetchall():
            found[row[0]].append(_fact(row[1:]))
    return found


def _fact(columns: Sequence[object]) -> Fact:
    at, key, *others = columns
    return Fact(at, bytes(key), *others)  # type: ignore[arg-type, call-overload]


def write_facts(*, gone: Collection[int], added: Mapping[int, Sequence[Fact]]) -> None:
    """Delete the facts of messages, then insert others by the ids of their addresses."""
    if gone:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM quarantine_fact WHERE message_id = ANY(%s::bigint[])",
                [rows.array(gone)],
            )
    _put(
        f"INSERT INTO quarantine_fact (address_id, {FACT_COLUMNS}) SELECT * FROM {_FACTS}",
        [(address_id, *fact) for address_id, told in added.items() for fact in told],
    )


def write_words(known: Mapping[int, Known], heard: Mapping[int, Mapping[bytes, Said]]) -> None:
    """Write what is heard of addresses in the place of the words that were known."""
    gone: list[bytes] = []
    added: list[tuple[int, Said]] = []
    for address_id, now in heard.items():
        words = known[address_id].words
        gone += [key for key, said in words.items() if now.get(key) != said]
        added += [(address_id, said) for key, said in now.items() if words.get(key) != said]
    if gone:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM quarantine_word WHERE key = ANY(%s::bytea[])", [rows.array(gone)]
            )
    _put(
        f"INSERT INTO quarantine_word (address_id, {SAID_COLUMNS}) SELECT * FROM {_WORDS}",
        [(address_id, *said) for address_id, said in added],
    )


def write_standings(changed: Sequence[tuple[int, Standing]], *, at: datetime) -> None:
    """Write back addresses that stand differently."""
    names = ", ".join(f"{name} = new.{name}" for name in Standing._fields)
    _put(
        f"UPDATE quarantine_address address SET {names}, modified_at = new.modified_at "
        f"FROM {_STANDINGS} AS new (id, {STANDING_COLUMNS}, modified_at) "
        f"WHERE address.id = new.id",
        [(address_id, *standing, at) for address_id, standing in changed],
    )


def write_steps(steps: Iterable[Step]) -> None:
    """Add lines to the stories of addresses."""
    _put(
        f"INSERT INTO quarantine_change ({', '.join(Step._fields)}) SELECT * FROM {_STEPS}",
        list(steps),
    )


def _put(statement: str, given: Sequence[Sequence[object]]) -> None:
    """Execute a statement that takes rows apart, if there are any."""
    if given:
        with connection.cursor() as cursor:
            cursor.execute(statement, rows.arrays(given))
