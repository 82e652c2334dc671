"""Drafts as wholes: made of other deliveries, and deleted with all that was made of them."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from deliveries import drafts, journal
from deliveries.models import Delivery
from messaging.statuses import DeliveryStatus
from sending import writing
from sending.models import Recipient, Upload
from tracking import links, urls

DELETABLE = (DeliveryStatus.EDITING, DeliveryStatus.READY)


class NotDeletable(Exception):
    """A delivery has started, or something works on it; the text names it and the cure."""


@transaction.atomic
def duplicate(*, delivery_id: int, by: AbstractBaseUser | None, at: datetime) -> Delivery:
    """Make a draft of the same content, with what was decided on its URLs.

    Raises Delivery.DoesNotExist.
    """
    copy = drafts.duplicate(delivery_id=delivery_id, by=by, at=at)
    urls.adopt(delivery_id=copy.pk, model_id=delivery_id)
    return copy


@transaction.atomic
def delete(*, delivery_ids: Collection[int], by: AbstractBaseUser | None, at: datetime) -> int:
    """Delete drafts with their recipients and what was prepared; return how many.

    All of them or, raising NotDeletable, none.  What is not there counts as deleted.  The journals
    of drafts stay, and the system's says who deleted them.
    """
    found = Delivery.objects.select_for_update().filter(pk__in=delivery_ids).order_by("pk")
    drafts = list(found)
    for draft in drafts:
        _refuse_unless_deletable(draft)
    for draft in drafts:
        links.discard(delivery_id=draft.pk)
        writing.discard(draft.pk)
        Recipient.objects.filter(delivery_id=draft.pk).delete()
        text = f"Draft {draft.code} '{draft.label}' deleted."
        journal.write(delivery=draft, code="DEL-1008", text="Draft deleted.", by=by, at=at)
        journal.write(delivery=None, code="DEL-1009", text=text, by=by, at=at)
        draft.delete()
    return len(drafts)


def _refuse_unless_deletable(draft: Delivery) -> None:
    name = {"name": f"{draft.label} ({draft.code})"}
    if draft.is_started:
        raise NotDeletable(_("%(name)s has started: what was sent stays.") % name)
    if draft.status not in DELETABLE:
        raise NotDeletable(_("%(name)s is being prepared, or scheduled: stop that first.") % name)
    at_work = Upload.objects.filter(
        delivery=draft, state__in=(Upload.State.QUEUED, Upload.State.RUNNING)
    )
    if at_work.exists():
        raise NotDeletable(_("Recipients of %(name)s are being read: wait for that.") % name)
