"""What is not handed over after all: cancelled, too late, or unwanted by its recipient by now."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from deliveries import counters, journal, record
from deliveries.models import Delivery
from messaging.statuses import AddressStatus, DeliveryStatus, MessageStatus
from quarantine import blocked
from sending.claims import Claimed
from sending.models import Launch, Outgoing
from storage import rows

State = Outgoing.State
BATCH = 5_000
EXPIRED = "DEL-1064"
CANCELLED = "The delivery was cancelled."
TOO_LATE = "The validity of the delivery ended."
UNWANTED = "The recipient opted out, or was erased, after the preparation."


def withdraw_cancelled(*, at: datetime) -> int:
    """Cancel what still waits of cancelled deliveries; return how many messages."""
    return sum(
        _withdraw(delivery_id, CANCELLED, at=at)
        for delivery_id in _that_wait([DeliveryStatus.CANCELLED])
    )


def withdraw_late(*, at: datetime) -> int:
    """Cancel what still waits of deliveries whose time to hand over is past."""
    late = Launch.objects.filter(
        delivery_id__in=_that_wait([DeliveryStatus.IN_PROGRESS]), hands_over_until__lte=at
    )
    withdrawn = 0
    for delivery_id in late.order_by("delivery_id").values_list("delivery_id", flat=True):
        number = _withdraw(delivery_id, TOO_LATE, at=at)
        withdrawn += number
        if number:
            text = f"{number} messages were not handed over before the validity ended."
            delivery = Delivery.objects.get(pk=delivery_id)
            journal.write(delivery=delivery, code=EXPIRED, text=text, level=journal.WARNING, at=at)
    return withdrawn


def _that_wait(statuses: Sequence[DeliveryStatus]) -> list[int]:
    """Return the launched deliveries in a status of which messages wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT launch.delivery_id FROM sending_launch launch
              JOIN deliveries_delivery delivery ON delivery.id = launch.delivery_id
             WHERE delivery.status = ANY(%s)
               AND EXISTS (SELECT 1 FROM sending_outgoing outgoing
                            WHERE outgoing.delivery_id = launch.delivery_id
                              AND outgoing.message_id >= launch.delivery_id
                              AND outgoing.state = 0)
             ORDER BY 1
            """,
            [[str(status) for status in statuses]],
        )
        return [row[0] for row in cursor.fetchall()]


def _withdraw(delivery_id: int, why: str, *, at: datetime) -> int:
    withdrawn = 0
    while number := withdraw_some(delivery_id=delivery_id, why=why, at=at):
        withdrawn += number
    return withdrawn


@transaction.atomic
def withdraw_some(*, delivery_id: int, why: str, at: datetime) -> int:
    """Cancel a batch of what waits; what has left meanwhile is nobody's to take back."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE sending_outgoing SET state = 3, last_error = %s
             WHERE message_id = ANY(ARRAY(
                   SELECT message_id FROM sending_outgoing
                    WHERE delivery_id = %s AND message_id >= %s AND state = 0
                    ORDER BY position LIMIT %s FOR UPDATE))
               AND message_id >= %s AND state = 0
            RETURNING message_id
            """,
            [why, delivery_id, delivery_id, BATCH, delivery_id],
        )
        ids = [row[0] for row in cursor.fetchall()]
    cancel(ids, at=at)
    return len(ids)


def cancel(ids: Sequence[int], *, at: datetime) -> None:
    """Cancel messages that are pending, and count that."""
    changes: Counter[tuple[counters.Counted, counters.Counted]] = Counter()
    changed = []
    for message in record.messages(ids=ids, lock=True).values():
        if message.status == MessageStatus.PENDING:
            now = message._replace(status=int(MessageStatus.CANCELLED), changed_at=at)
            changes[message.counted(), now.counted()] += 1
            changed.append(now)
    record.change(changed)
    counters.add(counters.differences(changes))


def sift(batch: Sequence[Claimed], *, at: datetime) -> list[Claimed]:
    """Leave out of a claimed batch whoever wants no messages any more, or is forgotten."""
    unwanted = {claimed.message_id for claimed in batch if not claimed.address}
    for channel in sorted({claimed.channel for claimed in batch}):
        addresses = {claimed.address for claimed in batch if claimed.channel == channel}
        denied = {
            address
            for address, why in blocked(channel, addresses - {""}).items()
            if why.status == AddressStatus.DENYLISTED
        }
        unwanted |= {
            claimed.message_id
            for claimed in batch
            if claimed.channel == channel and claimed.address in denied
        }
    if unwanted:
        _leave_out(sorted(unwanted), at=at)
    return [claimed for claimed in batch if claimed.message_id not in unwanted]


@transaction.atomic
def _leave_out(ids: list[int], *, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sending_outgoing SET state = 3, last_error = %s "
            "WHERE message_id = ANY(%s::bigint[]) AND message_id BETWEEN %s AND %s AND state = 1",
            [UNWANTED, rows.array(ids), ids[0], ids[-1]],
        )
    cancel(ids, at=at)
