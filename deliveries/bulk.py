"""Decisions about many addresses: previewed, taken and undone, and told in the journal."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from deliveries import journal
from deliveries.quarantine_filter import Asked
from messaging import addresses
from quarantine import bulk, resuming
from quarantine.bulk import Preview, Wanted
from quarantine.bulk_models import BulkAct
from storage import rounds

State = BulkAct.State
# A request waits so long for its own act, a task works so long before it gives way to others;
# the sweeper's next round goes on.
LONGEST_SECONDS = 4.0
_DONE = {
    BulkAct.Action.RELEASE: "released",
    BulkAct.Action.QUARANTINE: "quarantined",
    BulkAct.Action.DENYLIST: "denylisted",
    BulkAct.Action.IMPORT: "taken over",
}


def preview(asked: Asked, *, action: str, sees_addresses: bool) -> Preview:
    """Tell which addresses would be changed; raises deliveries.filters.BadFilter."""
    return bulk.preview(asked.for_all(sees_addresses=sees_addresses), action=action)


@transaction.atomic
def begin(
    wanted: Wanted,
    asked: Asked,
    *,
    sees_addresses: bool,
    by: AbstractBaseUser | None,
    at: datetime,
) -> BulkAct:
    """Take the addresses that are found now; `work` does the rest.  Raises BadFilter."""
    chosen = asked.for_all(sees_addresses=sees_addresses)
    row = bulk.begin(wanted, chosen, told=asked.in_words(), by=by, at=at)
    text = (
        f"Bulk act {row.pk}: {row.taken} addresses to be {_done(row)} ({in_words(row.filter)}): "
        f"{addresses.redact_all(row.text)}"
    )
    journal.write(delivery=None, code="QRN-1020", text=text, by=by, at=at)
    return row


@transaction.atomic
def undo(*, act_id: int, by: AbstractBaseUser | None, at: datetime) -> BulkAct:
    """Begin to take an act back; `work` does the rest.

    Raises quarantine.acts.NotNow and BulkAct.DoesNotExist.
    """
    row = bulk.undo(act_id=act_id, by=by, at=at)
    text = f"Bulk act {row.pk}: its {row.changed} addresses are to be as without it."
    journal.write(delivery=None, code="QRN-1022", text=text, by=by, at=at)
    return row


@transaction.atomic
def try_again(*, act_id: int, by: AbstractBaseUser | None, at: datetime) -> BulkAct:
    """Let an act that failed go on from where it stopped; `work` does it.

    Raises quarantine.acts.NotNow and BulkAct.DoesNotExist.
    """
    row = resuming.try_again(act_id=act_id)
    done = row.changed + row.left_out
    text = f"Bulk act {row.pk}: tried again, after {done} of {row.taken} addresses."
    journal.write(delivery=None, code="QRN-1027", text=text, by=by, at=at)
    return row


def work(*, at: datetime, act_id: int | None = None) -> int:
    """Go on with what is open, all of it or one act, for a few seconds; return the batches."""
    return rounds.work(partial(_work_batch, at=at, act_id=act_id), seconds=LONGEST_SECONDS)


@transaction.atomic
def _work_batch(*, at: datetime, act_id: int | None) -> bool:
    row = bulk.work_batch(at=at, act_id=act_id)
    if row is None:
        return False
    if row.state == State.DONE:
        text = f"Bulk act {row.pk}: {row.changed} addresses {_done(row)}, {row.left_out} left out."
        journal.write(delivery=None, code="QRN-1021", text=text, by=row.by, at=at)
    elif row.state == State.UNDONE:
        text = f"Bulk act {row.pk}: {row.restored} addresses restored, {row.kept} kept."
        journal.write(delivery=None, code="QRN-1023", text=text, by=row.undone_by, at=at)
    elif row.state == State.FAILED:
        _tell_failure(row, at=at)
    return True


def _tell_failure(row: BulkAct, *, at: datetime) -> None:
    if row.undone_at:
        done = f"the undo failed after {row.restored} of {row.changed} addresses"
    else:
        done = f"failed after {row.changed + row.left_out} of {row.taken} addresses"
    text = f"Bulk act {row.pk}: {done}, at the last of {row.tries} tries: {row.error}"
    by = row.undone_by if row.undone_at else row.by
    journal.write(delivery=None, code="QRN-1026", text=text, level=journal.ERROR, by=by, at=at)


def in_words(told: Mapping[str, str]) -> str:
    """Return a filter for the journal."""
    return ", ".join(f"{name} {value}" for name, value in told.items()) or "no filter"


def _done(row: BulkAct) -> str:
    return _DONE[BulkAct.Action(row.action)]
