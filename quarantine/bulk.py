"""Decisions about many addresses at once: previewed, taken, worked off in batches, undone.

Which addresses a decision is about is settled when it is taken: `BulkMember` holds those that it
has not come to yet.  A batch is one transaction of a constant number of statements.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from messaging import addresses
from messaging.failures import Reason
from messaging.statuses import AddressStatus
from quarantine import acts, deciding, importing, listing, resuming, undoing
from quarantine.acts import NotNow
from quarantine.bulk_models import BulkAct
from quarantine.listing import Filter
from quarantine.models import Address

log = structlog.get_logger(__name__)

BATCH = 5_000
# An act that cannot go on lets others go first, and has failed after so many tries in a row.
MOST_TRIES = 5
TRIED_AGAIN_AFTER = timedelta(seconds=10)
LONGEST_ERROR = 300
UNDOABLE_FOR = timedelta(days=30)
SAMPLE = 5
MOST_CAUSES = 10
STATUSES = {
    BulkAct.Action.RELEASE: AddressStatus.VALID,
    BulkAct.Action.QUARANTINE: AddressStatus.QUARANTINE,
    BulkAct.Action.DENYLIST: AddressStatus.DENYLISTED,
}
_WITH_ERRORS, _QUARANTINE = AddressStatus.WITH_ERRORS, AddressStatus.QUARANTINE
_DENYLISTED = AddressStatus.DENYLISTED


class Wanted(NamedTuple):
    """A decision: release, quarantine or denylist, and why."""

    action: str
    text: str = ""
    reason: int = int(Reason.UNDEFINED)


class Cause(NamedTuple):
    """How many addresses stand so, because of a delivery where one caused it."""

    status: str
    reason: int
    delivery_id: int | None
    addresses: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Which addresses a decision would be about; unnamed: denylisted ones that stay so.

    causes: the most frequent ones; sample: those that changed last.
    """

    count: int
    unnamed: int
    causes: list[Cause]
    sample: list[Address]


def candidates(chosen: Filter, *, action: str) -> "QuerySet[Address]":
    """Return the addresses that a decision would change.

    A release leaves the denylisted alone unless it names them: their holders asked for that.
    Erased ones, of which only a hash is known, are decided on one by one.
    """
    found = listing.listed(chosen, sees_addresses=True).exclude(address="")
    if action == BulkAct.Action.RELEASE:
        named = bool(chosen.ids) or chosen.status == _DENYLISTED
        statuses = (_WITH_ERRORS, _QUARANTINE, *((_DENYLISTED,) if named else ()))
        return found.filter(status__in=statuses)
    if action == BulkAct.Action.QUARANTINE:
        return found.exclude(status__in=(_QUARANTINE, _DENYLISTED))
    return found.exclude(Q(status=_DENYLISTED) & Q(by_word=False))


def preview(chosen: Filter, *, action: str) -> Preview:
    """Tell which addresses a decision would be about, exactly; nothing is written."""
    found = candidates(chosen, action=action)
    causes = [
        Cause(*row)
        for row in found.order_by()
        .values_list("status", "reason", "delivery_id")
        .annotate(addresses=Count("id"))
        .order_by("-addresses", "status", "reason", "delivery_id")
    ]
    named = chosen._replace(status=chosen.status or str(_DENYLISTED))
    left = action == BulkAct.Action.RELEASE and not chosen.ids and not chosen.status
    return Preview(
        count=sum(cause.addresses for cause in causes),
        unnamed=candidates(named, action=action).count() if left else 0,
        causes=causes[:MOST_CAUSES],
        sample=list(found.order_by(*listing.ORDER)[:SAMPLE]),
    )


@transaction.atomic
def begin(
    wanted: Wanted,
    chosen: Filter,
    *,
    told: dict[str, str],
    by: AbstractBaseUser | None,
    at: datetime,
) -> BulkAct:
    """Take the addresses as they are found now, and leave the rest to `work_batch`.

    told: the filter in words, without whole addresses.
    """
    row = BulkAct.objects.create(
        action=wanted.action,
        text=wanted.text.strip()[: acts.LONGEST_TEXT],
        reason=wanted.reason,
        filter=told,
        by_id=by.pk if by else None,
        at=at,
    )
    found = candidates(chosen, action=wanted.action).order_by().values("id")
    sql, parameters = found.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO quarantine_bulkmember (act_id, address_id) "
            f"SELECT %s, found.id FROM ({sql}) found",
            [row.pk, *parameters],
        )
        row.taken = cursor.rowcount
    row.save(update_fields=["taken"])
    return row


@transaction.atomic
def undo(*, act_id: int, by: AbstractBaseUser | None, at: datetime) -> BulkAct:
    """Begin to take a decision back, which `work_batch` goes on with; raises NotNow.

    One that failed cannot be tried again from then on.  Raises BulkAct.DoesNotExist.
    """
    row = BulkAct.objects.select_for_update().get(pk=act_id)
    if refusal := why_not_undone(row, at=at):
        raise NotNow(refusal)
    row.state, row.finished_at = BulkAct.State.UNDOING, None
    row.undone_at, row.undone_by_id = at, by.pk if by else None
    row.tries, row.tried_at, row.error = 0, None, ""
    row.save()
    resuming.drop_rest(row)
    return row


def why_not_undone(row: BulkAct, *, at: datetime) -> str:
    """Say why a decision cannot be taken back now; empty where it can."""
    if row.state in (BulkAct.State.STAGED, BulkAct.State.OPEN):
        return _("It is still under way: undo it once it is done.")
    if row.state not in (BulkAct.State.DONE, BulkAct.State.FAILED):
        return _("It has been undone already.")
    if row.state == BulkAct.State.FAILED and not row.changed:
        return _("It has changed no address: there is nothing to undo.")
    if at > row.at + UNDOABLE_FOR:
        return _("It can be undone for 30 days only: decide on its addresses anew.")
    return ""


@transaction.atomic
def work_batch(*, at: datetime, act_id: int | None = None) -> BulkAct | None:
    """Go on with one open decision or undo, of any or of this one; return it as it is now.

    None where there is nothing to do, or another worker does it: its row is locked.  One whose
    batch fails is left alone for a while, and nothing of that batch is done.
    """
    waiting = BulkAct.objects.select_for_update(skip_locked=True).filter(
        state__in=(BulkAct.State.OPEN, BulkAct.State.UNDOING)
    )
    if act_id is not None:
        waiting = waiting.filter(pk=act_id)
    rested = Q(tried_at=None) | Q(tried_at__lte=at - TRIED_AGAIN_AFTER)
    row = waiting.filter(rested).order_by("id").first()
    if row is None:
        return None
    try:
        with transaction.atomic():
            _go_on(row, at=at)
    except Exception as error:  # noqa: BLE001  # whatever it is, the others go on
        # Where the database is away this cannot be written down either, and does not count.
        row.refresh_from_db()
        _put_off(row, error, at=at)
    else:
        row.tries, row.tried_at, row.error = 0, None, ""
    row.save()
    return row


def _go_on(row: BulkAct, *, at: datetime) -> None:
    """Do the next batch; what the database would refuse at the end, it refuses here."""
    if row.state == BulkAct.State.UNDOING:
        undoing.undo_batch(row, at=at, size=BATCH)
    elif row.action == BulkAct.Action.IMPORT:
        importing.take(row, at=at)
    else:
        wanted = STATUSES[BulkAct.Action(row.action)]
        deciding.decide_batch(row, wanted, at=at, size=BATCH)
    connection.check_constraints()


def _put_off(row: BulkAct, error: Exception, *, at: datetime) -> None:
    """Let others go first; after the last try it has failed, until somebody tries it again."""
    log.warning("bulk act could not go on", act=row.pk, error=type(error).__name__)
    row.tries += 1
    row.tried_at, row.error = at, _in_short(error)
    if row.tries == MOST_TRIES:
        row.state, row.finished_at = BulkAct.State.FAILED, at


def _in_short(error: Exception) -> str:
    """Return the first line of an error without addresses, which the database quotes."""
    text = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {addresses.redact_all(text)}"[:LONGEST_ERROR]
