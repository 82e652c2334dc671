"""The end of waiting: of a message, when no receipt can come any more, and of its delivery.

A message is waited for as long as its provider's receipts can take, and no longer than the
validity of its delivery.  Then it is *unknown*: neither a success nor a failure, and a receipt
that still comes replaces it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from deliveries import awaiting, counters, figures, journal, record
from deliveries.models import AuditEvent, Delivery, Message
from messaging.statuses import IN_PROGRESS, DeliveryStatus, MessageStatus
from providers import patience
from providers.base import MOST_RECEIPT_HOURS
from sending import withdrawing
from storage.ids import lowest_id

# A system that registers its messages in several requests is given this long between them.
QUIET = timedelta(minutes=2)
BATCH = 5_000


OVERDUE = "DEL-1080"
# What was handed over is reported on, whatever becomes of the delivery meanwhile.
WAITED_FOR = (
    DeliveryStatus.IN_PROGRESS,
    DeliveryStatus.PAUSED,
    DeliveryStatus.CANCELLED,
    DeliveryStatus.FAILED,
)
# Deliveries to which nothing was added for so long have been looked at for the last time.
LONGEST_WAIT = timedelta(hours=MOST_RECEIPT_HOURS) + timedelta(days=7)


def close_ended(*, at: datetime) -> int:
    """Finish the deliveries that have come to their end; return how many."""
    give_up_overdue(at=at)
    closed = 0
    # What we send ourselves is known as a whole from its start.
    running = Delivery.objects.filter(
        Q(last_registered_at__lt=at - QUIET) | Q(launch__isnull=False),
        status=DeliveryStatus.IN_PROGRESS,
    ).order_by("id")
    counted = figures.of(delivery_ids=[delivery.pk for delivery in running])
    for delivery in running:
        ends_at = delivery.validity_ends_at
        if ends_at and ends_at <= at:
            withdrawing.withdraw_late(at=at)
            closed += end(delivery_id=delivery.pk, at=at)
        elif not counted[delivery.pk].in_progress:
            closed += finish(delivery_id=delivery.pk, at=at)
    return closed


def give_up_overdue(*, at: datetime) -> int:
    """Turn messages into unknown ones whose provider's time for a receipt is over; return how many.

    Costs two queries where nothing is due, however many messages wait.
    """
    asked = Delivery.objects.filter(
        status__in=WAITED_FOR, last_registered_at__gte=at - LONGEST_WAIT
    )
    deliveries = {delivery.pk: delivery for delivery in asked.select_related("account")}
    given_up = 0
    for delivery_id, accepted_at in sorted(awaiting.oldest(delivery_ids=deliveries).items()):
        delivery = deliveries[delivery_id]
        limit = min(patience.receipt_limit(delivery.account), delivery.validity)
        if accepted_at <= at - limit:
            given_up += _give_up_since(delivery_id, limit=limit, at=at)
    return given_up


def _give_up_since(delivery_id: int, *, limit: timedelta, at: datetime) -> int:
    """Give up batch after batch what was accepted too long ago; return how many messages."""
    given_up = last = 0
    while ids := _overdue(delivery_id, limit=limit, at=at, after=last):
        last = ids[-1]
        given_up += _give_up(delivery_id, ids, limit=limit, at=at)
    return given_up


def _overdue(delivery_id: int, *, limit: timedelta, at: datetime, after: int) -> list[int]:
    """Return a batch of those that wait too long.

    One that was registered a moment ago with an old time has its receipts on their way to it.
    """
    waiting = Message.objects.filter(
        delivery_id=delivery_id,
        pk__gt=max(after, delivery_id),
        pk__lt=lowest_id(at - QUIET),
        status__in=IN_PROGRESS,
        accepted_at__lte=at - limit,
    )
    return list(waiting.order_by("id").values_list("id", flat=True)[:BATCH])


@transaction.atomic
def _give_up(delivery_id: int, ids: Sequence[int], *, limit: timedelta, at: datetime) -> int:
    """Make these unknown, and say so in the journal the first time."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    changed = _make_unknown(ids, at=at)
    told = AuditEvent.objects.filter(delivery=delivery, code=OVERDUE)
    if changed and not told.exists():
        hours = limit // timedelta(hours=1)
        text = f"No receipt within {hours} h: such messages are unknown until one still comes."
        journal.write(delivery=delivery, code=OVERDUE, text=text, at=at)
    return changed


def end(*, delivery_id: int, at: datetime) -> bool:
    """Finish one delivery whose validity is over: what still waits for a receipt is given up.

    What was never handed over was cancelled before (sending.withdrawing), and is not unknown.
    """
    while _give_up_waiting(delivery_id=delivery_id, at=at):
        pass
    return finish(delivery_id=delivery_id, at=at)


@transaction.atomic
def finish(*, delivery_id: int, at: datetime) -> bool:
    """Finish one delivery, unless messages were registered or work appeared meanwhile."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    if delivery.status != DeliveryStatus.IN_PROGRESS:
        return False
    now = figures.of(delivery_ids=[delivery_id])[delivery_id]
    if now.in_progress:
        return False
    delivery.status = DeliveryStatus.FINISHED
    delivery.finished_at = at
    delivery.save(update_fields=["status", "finished_at", "modified_at"])
    text = f"Delivery finished: {now.delivered} delivered, {now.failed} failed"
    text += f", {now.cancelled} cancelled" if now.cancelled else ""
    text += f", {now.unknown} without a receipt." if now.unknown else "."
    journal.write(delivery=delivery, code="DEL-1090", text=text, at=at)
    return True


@transaction.atomic
def _give_up_waiting(*, delivery_id: int, at: datetime) -> int:
    """Turn a batch of the messages that still wait into unknown ones; return how many.

    The delivery is locked: a registration has either moved its end already, or waits.
    """
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    ends_at = delivery.validity_ends_at
    if delivery.status != DeliveryStatus.IN_PROGRESS or ends_at is None or ends_at > at:
        return 0
    waiting = Message.objects.filter(
        delivery_id=delivery_id, pk__gte=delivery_id, status__in=IN_PROGRESS
    )
    ids = list(waiting.order_by("id").values_list("id", flat=True)[:BATCH])
    _make_unknown(ids, at=at)
    return len(ids)


def _make_unknown(ids: Sequence[int], *, at: datetime) -> int:
    changes: Counter[tuple[counters.Counted, counters.Counted]] = Counter()
    changed = []
    for message in record.messages(ids=ids, lock=True).values():
        # A receipt may have come since the ids were read.
        if message.status in IN_PROGRESS:
            now = message._replace(status=int(MessageStatus.UNKNOWN), changed_at=at)
            changes[message.counted(), now.counted()] += 1
            changed.append(now)
    record.change(changed)
    counters.add(counters.differences(changes))
    return len(changed)
