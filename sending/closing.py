"""The end of a delivery: everything is final, or its validity has ended.

A message whose receipt never came is then *unknown*: neither a success nor a failure, and a
receipt that still comes replaces it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from deliveries import counters, figures, journal, record
from deliveries.models import Delivery, Message
from messaging.statuses import IN_PROGRESS, DeliveryStatus, MessageStatus

# A system that registers its messages in several requests is given this long between them.
QUIET = timedelta(minutes=2)
BATCH = 5_000


def close_ended(*, at: datetime) -> int:
    """Finish the deliveries that have come to their end; return how many."""
    closed = 0
    running = Delivery.objects.filter(
        status=DeliveryStatus.IN_PROGRESS, last_registered_at__lt=at - QUIET
    )
    for delivery in running.order_by("id"):
        ends_at = delivery.validity_ends_at
        if ends_at and ends_at <= at:
            closed += end(delivery_id=delivery.pk, at=at)
        elif not figures.of(delivery_ids=[delivery.pk])[delivery.pk].in_progress:
            closed += finish(delivery_id=delivery.pk, at=at)
    return closed


def end(*, delivery_id: int, at: datetime) -> bool:
    """Finish one delivery whose validity is over: what still waits for a receipt is given up."""
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


def _make_unknown(ids: Sequence[int], *, at: datetime) -> None:
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
