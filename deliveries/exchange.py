"""Addresses of the quarantine taken over from elsewhere, and handed out; told in the journal."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from deliveries import bulk, journal
from deliveries.quarantine_filter import Asked
from deliveries.visible import Viewer
from messaging import addresses
from messaging.streams import Stream
from quarantine import importing, listing, sheet
from quarantine.bulk_models import BulkAct, ImportLine
from quarantine.importing import Counts
from quarantine.sheet import Cells

# An import is one transaction: a longer one is the worker's, while nobody waits.
FEW = 5_000
MOST_REJECTED = 1_000


class Imported(NamedTuple):
    """An import, or what it would be (row: None); rejected: the first lines that are not taken."""

    row: BulkAct | None
    counts: Counts
    rejected: list[ImportLine]


def take_over(
    stream: Stream,
    *,
    usual: str,
    text: str,
    dry_run: bool,
    by: AbstractBaseUser | None,
    at: datetime,
) -> Imported:
    """Read a table and take its addresses, or only tell what that would do; raises BadTable."""
    with transaction.atomic():
        row = importing.stage(stream, usual=usual, text=text, by=by, at=at)
        counts = importing.counts(row)
        rejected = list(importing.bad_lines(row)[:MOST_REJECTED])
        if dry_run:
            transaction.set_rollback(True)
            return Imported(None, counts, rejected)
        confirm(act_id=row.pk, by=by, at=at)
    work(row, at=at)
    row.refresh_from_db()
    return Imported(row, counts, rejected)


@transaction.atomic
def confirm(*, act_id: int, by: AbstractBaseUser | None, at: datetime) -> BulkAct:
    """Let a staged import be taken.

    Raises quarantine.acts.NotNow and BulkAct.DoesNotExist.
    """
    row = importing.confirm(act_id=act_id, by=by, at=at)
    text = (
        f"Bulk act {row.pk}: {row.taken} addresses to be taken over, {row.bad} lines are not: "
        f"{addresses.redact_all(row.text)}"
    )
    journal.write(delivery=None, code="QRN-1024", text=text, by=by, at=at)
    return row


def work(row: BulkAct, *, at: datetime) -> None:
    """Take a confirmed import at once where it is short."""
    if row.taken <= FEW:
        bulk.work(at=at, act_id=row.pk)


def handed_out(
    asked: Asked, *, viewer: Viewer, by: AbstractBaseUser | None, at: datetime
) -> Iterator[str]:
    """Return what a filter finds as CSV, piece by piece; raises deliveries.filters.BadFilter."""
    chosen = asked.for_all(sees_addresses=viewer.sees_addresses)
    masked = "" if viewer.sees_addresses else ", masked"
    text = f"Addresses exported{masked} ({bulk.in_words(asked.in_words())})."
    journal.write(delivery=None, code="QRN-1025", text=text, by=by, at=at)
    found = listing.listed(chosen, sees_addresses=viewer.sees_addresses).exclude(address="")

    def shown(row: Cells) -> tuple[str, str]:
        return viewer.address(row), viewer.text(row.error_text, address=row.address)

    return sheet.lines(found.order_by("id"), shown=shown)
