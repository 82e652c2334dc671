"""Taking a decision about many addresses back: its facts are withdrawn, and the records made anew.

Whoever was decided on since stays so: the later decision was made in view of the earlier one.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from quarantine import folding, ledger, remains
from quarantine.bulk_models import BulkAct
from quarantine.facts import Says
from quarantine.folding import Author, News
from quarantine.models import Address
from storage import rows

# What a Change says.
UNDONE = "The decision about many addresses was undone."


def undo_batch(row: BulkAct, *, at: datetime, size: int) -> None:
    """Take a locked decision back for the next addresses; the caller saves its row."""
    ids = _next(row, size)
    # Locked first: nobody decides on them between this look and the end.
    remains.lock(ids)
    kept = _decided_since(row, ids)
    taken_back = set(ids) - kept
    _withdraw(row, taken_back)
    author = Author(row.undone_by_id, row.pk, UNDONE)
    _fold(taken_back - remains.settle(taken_back, author=author, at=at), author=author, at=at)
    row.restored += len(taken_back)
    row.kept += len(kept)
    row.cursor = ids[-1] if ids else row.cursor
    if len(ids) < size:
        row.state, row.finished_at = BulkAct.State.UNDONE, at


def _fold(ids: Collection[int], *, author: Author, at: datetime) -> None:
    """Make the records of locked addresses anew from the facts that are left."""
    known = ledger.locked_by_id(ids)
    news = News(anew=set(known), released=_last_releases(known))
    heard = {address_id: address.words for address_id, address in known.items()}
    folding.settle(known, heard, news, at=at, author=author)


def kept(row: BulkAct, *, most: int) -> "list[Address]":
    """Return addresses that an undo left, or would leave, as people decided since."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_LATER} ORDER BY own.address_id LIMIT %s", [row.pk, most])
        ids = [found[0] for found in cursor.fetchall()]
    return list(Address.objects.filter(pk__in=ids).order_by("id"))


_LATER = """
    SELECT own.address_id FROM quarantine_fact own
     WHERE own.act_id = %s
       AND EXISTS (SELECT FROM quarantine_fact later
                    WHERE later.address_id = own.address_id AND later.message_id IS NULL
                      AND later.id > own.id)
"""


def _next(row: BulkAct, size: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT address_id FROM quarantine_fact WHERE act_id = %s AND address_id > %s "
            "ORDER BY address_id LIMIT %s",
            [row.pk, row.cursor, size],
        )
        return [found[0] for found in cursor.fetchall()]


def _decided_since(row: BulkAct, ids: Collection[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_LATER} AND own.address_id = ANY(%s::bigint[])", [row.pk, rows.array(ids)]
        )
        return {found[0] for found in cursor.fetchall()}


def _withdraw(row: BulkAct, ids: Collection[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM quarantine_fact WHERE act_id = %s AND address_id = ANY(%s::bigint[])",
            [row.pk, rows.array(ids)],
        )


def _last_releases(ids: Collection[int]) -> dict[int, datetime | None]:
    """Return when each was released last by what has not been withdrawn; None where never."""
    found: dict[int, datetime | None] = dict.fromkeys(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT address_id, max(at) FROM quarantine_fact "
            "WHERE address_id = ANY(%s::bigint[]) AND says = %s GROUP BY address_id",
            [rows.array(ids), int(Says.RELEASED)],
        )
        found.update(cursor.fetchall())
    return found
