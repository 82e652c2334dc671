"""Trying again what failed about many addresses: what it has not come to is kept for that."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from quarantine import importing
from quarantine.acts import NotNow
from quarantine.bulk_models import BulkAct, BulkMember, ImportLine

State = BulkAct.State
KEPT_FOR = timedelta(days=30)


@transaction.atomic
def try_again(*, act_id: int) -> BulkAct:
    """Open a decision that failed, which goes on from where it stopped; raises NotNow.

    Two people may press at once: the second finds it open.  Raises BulkAct.DoesNotExist.
    """
    row = BulkAct.objects.select_for_update().get(pk=act_id)
    if refusal := why_not(row):
        raise NotNow(refusal)
    row.state, row.finished_at = State.OPEN, None
    row.tries, row.tried_at, row.error = 0, None, ""
    row.save()
    return row


def why_not(row: BulkAct) -> str:
    """Say why a decision cannot be tried again; empty where it can."""
    if row.state != State.FAILED:
        return _("It has not failed: there is nothing to try again.")
    if row.undone_at:
        return _("Its undo has failed: undo it again.")
    lines = ImportLine.objects.filter(act_id=row.pk, fault="")
    if not BulkMember.objects.filter(act_id=row.pk).exists() and not lines.exists():
        return _("What was left of it is no longer kept: decide on these addresses anew.")
    return ""


def drop_rest(row: BulkAct) -> None:
    """Forget the addresses that a decision has not come to."""
    BulkMember.objects.filter(act_id=row.pk).delete()
    importing.drop_lines(row)


@transaction.atomic
def drop_old(*, at: datetime) -> None:
    """Forget what is left of decisions that failed and were not tried again in time."""
    old = BulkAct.objects.filter(state=State.FAILED, finished_at__lt=at - KEPT_FOR)
    for row in old.select_for_update().order_by("id"):
        drop_rest(row)
