"""Decisions about addresses of which nothing newer is known, within the database.

What `folding` makes of a decision that comes after all else depends on no fact and no word, so that
many addresses take two statements and are never read whole.  A test holds that both agree.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from quarantine import facts, folding
from quarantine.facts import DENYLISTED, VALID, Fact, Says
from quarantine.folding import Author
from storage import rows


class Plain(NamedTuple):
    """A locked address that is not denylisted; never: no fact of it is known.

    fresh: nothing at all has ever been decided or counted.
    """

    status: str
    folded_at: datetime | None
    never: bool
    fresh: bool

    def takes(self, wanted: str, *, at: datetime) -> bool:
        """Tell whether a decision of a time would change it, and is later than all that counts."""
        later = self.never if self.folded_at is None else self.folded_at < at
        return later and self.status != wanted


def locked(ids: Collection[int]) -> dict[int, Plain]:
    """Lock all these addresses, in the order of their keys; return those that are plain.

    Erased ones, opt-outs, and whoever was denylisted are not among them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, status, folded_at, folded_at IS NULL AND known_since IS NULL,
                   status = %s AND num_nonnulls(folded_at, known_since, released_at) = 0,
                   address <> '' AND NOT by_word AND status <> %s
              FROM quarantine_address WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE
            """,
            [VALID, DENYLISTED, rows.array(ids)],
        )
        return {row[0]: Plain(*row[1:5]) for row in cursor.fetchall() if row[5]}


def apply(decided: Mapping[int, Fact], *, author: Author, at: datetime) -> None:
    """Write decisions about plain addresses, by their ids, their changes, and how they stand."""
    if not decided:
        return
    columns = zip(*map(_decision, decided.items()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH decided AS MATERIALIZED (
                SELECT decision.*, address.status AS before
                  FROM unnest(%s::bigint[], %s::timestamptz[], %s::smallint[],
                              %s::smallint[], %s::text[], %s::text[], %s::smallint[])
                       AS decision(id, at, says, told, text, status, reason)
                  JOIN quarantine_address address USING (id)
            ), changed AS (
                INSERT INTO quarantine_change
                       (address_id, at, before, after, reason, text, provider, code, actor_id,
                        act_id)
                SELECT id, decided.at, decided.before, decided.status,
                       CASE WHEN decided.says = %s THEN address.reason ELSE decided.reason END,
                       decided.text, '', '', %s, %s
                  FROM decided JOIN quarantine_address address USING (id)
            ), known AS (
                INSERT INTO quarantine_fact
                       (address_id, at, key, says, failure_type, reason, text, act_id)
                SELECT id, at, %s, says, 0, told, text, %s FROM decided
            )
            UPDATE quarantine_address address
               SET status = decided.status, reason = decided.reason, delivery_id = NULL,
                   error_text = CASE WHEN released.now THEN '' ELSE decided.text END,
                   error_count = CASE WHEN released.now THEN 0 ELSE error_count END,
                   first_error_at = CASE WHEN released.now THEN NULL ELSE first_error_at END,
                   last_error_at = CASE WHEN released.now THEN NULL ELSE last_error_at END,
                   released_at = CASE WHEN released.now THEN decided.at ELSE released_at END,
                   forgiven_at = NULL, folded_at = decided.at, folded_key = %s, modified_at = %s
              FROM decided CROSS JOIN LATERAL (SELECT decided.says = %s) AS released(now)
             WHERE address.id = decided.id
            RETURNING address.id, decided.before, decided.status
            """,
            [
                *map(rows.array, columns),
                int(Says.RELEASED),
                *author[:2],
                facts.OF_A_PERSON,
                author.act_id,
                facts.OF_A_PERSON,
                at,
                int(Says.RELEASED),
            ],
        )
        folding.announce(cursor.fetchall())


def _decision(decided: tuple[int, Fact]) -> tuple[object, ...]:
    """Return a decision about an address with the record that it makes."""
    address_id, fact = decided
    record = facts.fold([fact], ruled={}).record
    return address_id, fact.at, fact.says, fact.reason, fact.text, record.status, record.reason
