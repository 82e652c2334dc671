"""One decision on the next of many addresses, in one transaction of the caller's."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from quarantine import acts, ledger, swift
from quarantine.bulk_models import BulkAct
from quarantine.folding import Author
from storage import rows


def decide_batch(row: BulkAct, wanted: str, *, at: datetime, size: int) -> None:
    """Decide on the next members of a locked act; the caller saves its row.

    Those that became otherwise meanwhile are left out.
    """
    ids = _next_members(row, size)
    fact = acts.decision(wanted, text=row.text, reason=row.reason, at=row.at)
    fact = fact._replace(act_id=row.pk)
    author = Author(row.by_id, row.pk)
    plain = swift.locked(ids)
    simple = [address_id for address_id in plain if plain[address_id].takes(wanted, at=row.at)]
    swift.apply(dict.fromkeys(simple, fact), author=author, at=at)
    others = set(ids).difference(simple)
    since = _decided_since(others, row.at)
    known = {
        address_id: address
        for address_id, address in ledger.locked_by_id(others).items()
        if not address.erased
        and address_id not in since
        and not acts.why_not(address.standing, wanted)
    }
    acts.apply(known, dict.fromkeys(known, fact), author=author, at=at)
    row.changed += len(simple) + len(known)
    row.left_out += len(others) - len(known)
    if len(ids) < size:
        row.state, row.finished_at = BulkAct.State.DONE, at


def _next_members(row: BulkAct, size: int) -> list[int]:
    # As one range of the key: a list of addresses would be joined, and of an act that the
    # statistics do not know yet the database expects one member, and compares each with each.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM quarantine_bulkmember
             WHERE act_id = %s AND address_id <= (
                   SELECT max(address_id) FROM (
                          SELECT address_id FROM quarantine_bulkmember
                           WHERE act_id = %s ORDER BY address_id LIMIT %s) next)
            RETURNING address_id
            """,
            [row.pk, row.pk, size],
        )
        return [found[0] for found in cursor.fetchall()]


def _decided_since(ids: Collection[int], at: datetime) -> set[int]:
    """Return the addresses that somebody has decided on since a time, or at it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT address_id FROM quarantine_fact "
            "WHERE address_id = ANY(%s::bigint[]) AND message_id IS NULL AND at >= %s",
            [rows.array(ids), at],
        )
        return {found[0] for found in cursor.fetchall()}
