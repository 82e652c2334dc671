"""Preparing: a target becomes exclusions and messages that wait to be sent, all at once.

Asked for by a row, worked on by whoever has its advisory lock, in one transaction.  A worker that
dies leaves an open row without a lock and nothing else: the sweeper's next round begins anew.
"""

from datetime import datetime

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from deliveries import journal
from deliveries.models import Delivery
from messaging import personal
from messaging.statuses import DeliveryStatus, stands
from sending import beside, recipients, sentences, typologies
from sending.models import Preparation, Recipient, Upload
from sending.models.preparation import OPEN
from sending.preparing import Run, Stopped, WorkerDied
from sending.writing import ClockWentBack
from tracking import urls

log = structlog.get_logger(__name__)

_KNOWN = (WorkerDied, ClockWentBack)
PREPARABLE = (DeliveryStatus.EDITING, DeliveryStatus.READY)


class NotPreparable(Exception):
    """The delivery cannot be prepared as things stand; the text says why."""


@transaction.atomic
def request(*, delivery_id: int, by: AbstractBaseUser | None, at: datetime) -> Preparation:
    """Ask for a preparation; raise Delivery.DoesNotExist or NotPreparable.

    What an earlier preparation has made is replaced when this one ends.
    """
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    _refuse_unless_preparable(delivery)
    _check_fields(delivery)
    try:
        version = typologies.of_delivery(delivery)
    except typologies.UnknownTypology as error:
        raise NotPreparable(str(error)) from error
    # Here, where the delivery is locked: the long run must not lock it against everybody.
    urls.note(delivery_id=delivery_id)
    row = Preparation.objects.create(
        delivery=delivery,
        typology=version,
        status_before=delivery.status,
        requested_at=at,
        requested_by_id=by.pk if by else None,
        total=recipients.count(delivery_id=delivery.pk),
    )
    delivery.status = DeliveryStatus.TARGETING
    delivery.save(update_fields=["status", "modified_at"])
    journal.write(delivery=delivery, code="DEL-1030", text="Preparation started.", by=by, at=at)
    return row


def _refuse_unless_preparable(delivery: Delivery) -> None:
    if delivery.status == DeliveryStatus.TARGETING:
        raise NotPreparable(_("The delivery is being prepared already."))
    if delivery.status == DeliveryStatus.SCHEDULED:
        raise NotPreparable(_("The delivery is scheduled: pause it first, which takes that back."))
    if delivery.status not in PREPARABLE or delivery.archived_at:
        raise NotPreparable(
            _("%(stands)s: it can no longer be prepared.") % {"stands": stands(delivery.status)}
        )
    if Upload.objects.filter(
        delivery=delivery, state__in=(Upload.State.QUEUED, Upload.State.RUNNING)
    ).exists():
        raise NotPreparable(_("Recipients are being read: wait until that is done."))
    if not Recipient.objects.filter(delivery_id=delivery.pk).exists():
        raise NotPreparable(_("The delivery has no recipients: give them first."))
    refuse_unwritable(delivery.content)


def refuse_unwritable(content: str) -> None:
    """Raise NotPreparable where nobody can be written a text."""
    if not content.strip():
        raise NotPreparable(_("The delivery has no text: write it first."))
    if any(sign in personal.fill(content, {}) for sign in ("{{", "}}")):
        raise NotPreparable(
            _("The text has a field that is not closed, or has no name: write {{first_name}}.")
        )


def _check_fields(delivery: Delivery) -> None:
    """Raise NotPreparable where the text has a field that the target has not."""
    known: set[str] = set()
    for upload in Upload.objects.filter(delivery=delivery, state=Upload.State.DONE):
        columns = upload.layout.get("columns")
        if not columns:
            # Of JSON each line has fields of its own.
            return
        known.update(columns)
    unknown = [name for name in personal.names(delivery.content) if name not in known]
    if unknown:
        raise NotPreparable(
            _("The text has the field {{%(name)s}}, but no column of the recipients is called so.")
            % {"name": unknown[0]}
        )


@transaction.atomic
def cancel(*, delivery_id: int) -> bool:
    """Ask for the open preparation of a delivery to stop; tell whether there is one."""
    # One that nobody works on yet is stopped by whoever takes it up.
    asked = Preparation.objects.filter(delivery_id=delivery_id, state__in=OPEN)
    return bool(asked.update(cancel_requested=True))


def latest(*, delivery_id: int) -> Preparation | None:
    """Return the last preparation of a delivery."""
    found = Preparation.objects.filter(delivery_id=delivery_id)
    return found.select_related("typology__typology", "requested_by").order_by("-id").first()


def work() -> int:
    """Go on with what was asked for and nobody works on; return how many were ended."""
    ended = 0
    for preparation_id in Preparation.objects.filter(state__in=OPEN).values_list("id", flat=True):
        ended += run(preparation_id=preparation_id)
    return ended


def run(*, preparation_id: int) -> bool:
    """Work on a preparation to its end; False where somebody else does, or it has ended."""
    with beside.connected() as other:
        try:
            with transaction.atomic():
                return Run(preparation_id, other).done()
        except (Stopped, *_KNOWN) as error:
            _end(preparation_id, error)
        except OperationalError:
            # The database is away, or gives way to somebody: the row stays, and is found again.
            raise
        except Exception as error:
            log.exception("a preparation failed", preparation=preparation_id)
            _end(preparation_id, error)
    return True


@transaction.atomic
def _end(preparation_id: int, error: Exception) -> None:
    """Close a run that came to nothing: the delivery stands as before it."""
    row = Preparation.objects.select_for_update().get(pk=preparation_id)
    if not row.is_open:
        return
    at = timezone.now()
    delivery = Delivery.objects.select_for_update().get(pk=row.delivery_id)
    delivery.status = row.status_before
    delivery.save(update_fields=["status", "modified_at"])
    stopped = isinstance(error, Stopped)
    row.state = Preparation.State.CANCELLED if stopped else Preparation.State.FAILED
    row.error = "" if stopped else _said(error)
    row.ended_at = at
    row.save(update_fields=["state", "error", "ended_at"])
    if stopped:
        text, code, level = "Preparation stopped: nothing was made.", "DEL-1040", journal.WARNING
    else:
        text, code, level = f"Preparation failed: {row.error}", "DEL-1041", journal.ERROR
    journal.write(delivery=delivery, code=code, text=text, level=level, at=at)


def _said(error: Exception) -> str:
    known = isinstance(error, _KNOWN)
    return str(error)[:450] if known else sentences.UNFORESEEN
