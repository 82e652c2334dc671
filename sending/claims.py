"""Taking messages for a hand-over: the attempt is committed before anything leaves."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from deliveries import journal
from deliveries.models import Delivery
from messaging.statuses import DeliveryStatus
from providers.models import ProviderAccount
from sending import lanes, sentences
from sending.models import Outgoing

State = Outgoing.State
# After this an attempt without an answer is in doubt: longer than any hand-over can take.
LEASE = timedelta(seconds=90)
IN_DOUBT = "DEL-1063"


class Claimed(NamedTuple):
    """One message that is about to leave; attempt tells this try from later ones."""

    message_id: int
    delivery_id: int
    attempt: int
    text: str
    address: str
    channel: str
    sender: str
    until: datetime


def accounts() -> list[int]:
    """Return the accounts of deliveries that are under way and have messages to hand over."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT delivery.account_id
              FROM deliveries_delivery delivery
              JOIN sending_launch launch ON launch.delivery_id = delivery.id
             WHERE delivery.status = %s
               AND EXISTS (SELECT 1 FROM sending_outgoing outgoing
                            WHERE outgoing.delivery_id = delivery.id
                              AND outgoing.message_id >= delivery.id
                              AND outgoing.state = 0 AND outgoing.position <= launch.released)
             ORDER BY 1
            """,
            [str(DeliveryStatus.IN_PROGRESS)],
        )
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def claim(
    *, account: ProviderAccount, most: int, at: datetime
) -> tuple[lanes.Share, list[Claimed]]:
    """Take messages whose turn it is, as many as may leave now; nobody else gets the same.

    Their deliveries are locked against pausing until that is committed, so that once a pause is,
    nothing more is taken.
    """
    share = lanes.take(account=account, most=most, at=at)
    if not share.size:
        return share, []
    found: list[Claimed] = []
    for delivery_id in _under_way(account, at=at):
        found += _claim(delivery_id, share.size - len(found), at=at)
        if len(found) == share.size:
            break
    if len(found) < share.size:
        lanes.give_back(account_id=account.pk, size=share.size - len(found))
    return share, found


def _under_way(account: ProviderAccount, *, at: datetime) -> list[int]:
    """Lock what is under way on an account, and has messages that wait; return it.

    In turn, so that a short delivery does not wait for a long one before it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT delivery.id FROM deliveries_delivery delivery
             WHERE delivery.account_id = %s AND delivery.status = %s
               AND EXISTS (SELECT 1 FROM sending_launch launch
                             JOIN sending_outgoing outgoing
                               ON outgoing.delivery_id = launch.delivery_id
                            WHERE launch.delivery_id = delivery.id
                              AND launch.hands_over_until > %s
                              AND outgoing.message_id >= delivery.id
                              AND outgoing.state = 0 AND outgoing.position <= launch.released)
             ORDER BY delivery.id FOR SHARE
            """,
            [account.pk, str(DeliveryStatus.IN_PROGRESS), at],
        )
        ids = [row[0] for row in cursor.fetchall()]
    first = at.microsecond % len(ids) if ids else 0
    return ids[first:] + ids[:first]


def _claim(delivery_id: int, most: int, *, at: datetime) -> list[Claimed]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH turn AS MATERIALIZED (
                SELECT outgoing.message_id, launch.hands_over_until, delivery.sender
                  FROM sending_outgoing outgoing
                  JOIN sending_launch launch ON launch.delivery_id = outgoing.delivery_id
                  JOIN deliveries_delivery delivery ON delivery.id = outgoing.delivery_id
                 WHERE outgoing.delivery_id = %(delivery)s AND outgoing.message_id >= %(delivery)s
                   AND outgoing.state = 0 AND outgoing.position <= launch.released
                   AND (outgoing.not_before IS NULL OR outgoing.not_before <= %(at)s)
                 ORDER BY outgoing.position LIMIT %(most)s
                   FOR UPDATE OF outgoing SKIP LOCKED
            )
            UPDATE sending_outgoing outgoing
               SET state = 1, attempts = outgoing.attempts + 1, claimed_at = %(at)s
              FROM turn JOIN deliveries_message message ON message.id = turn.message_id
             WHERE outgoing.message_id = turn.message_id
               AND message.id >= %(delivery)s AND outgoing.message_id >= %(delivery)s
            RETURNING outgoing.message_id, outgoing.delivery_id, outgoing.attempts, outgoing.text,
                      message.address, message.channel, turn.sender, turn.hands_over_until
            """,
            {"delivery": delivery_id, "most": most, "at": at},
        )
        return [Claimed._make(row) for row in cursor.fetchall()]


def hold_lost(*, at: datetime) -> int:
    """Put in doubt what left so long ago that whoever took it is gone; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT delivery_id FROM sending_outgoing "
            "WHERE state = 1 AND claimed_at < %s GROUP BY 1 ORDER BY 1",
            [at - LEASE],
        )
        deliveries = [row[0] for row in cursor.fetchall()]
    return sum(_hold_lost(delivery_id, at=at) for delivery_id in deliveries)


@transaction.atomic
def _hold_lost(delivery_id: int, *, at: datetime) -> int:
    lost = Outgoing.objects.filter(
        delivery_id=delivery_id,
        message_id__gte=delivery_id,
        state=State.LEAVING,
        claimed_at__lt=at - LEASE,
    )
    held = lost.update(state=State.IN_DOUBT, last_error=sentences.LOST)
    if held:
        tell_doubt(delivery_ids=[delivery_id], at=at)
    return held


@transaction.atomic
def tell_doubt(*, delivery_ids: Sequence[int], at: datetime) -> None:
    """Say in the journals, once for each delivery, that messages are in doubt."""
    for delivery in Delivery.objects.filter(pk__in=delivery_ids).order_by("id"):
        journal.hold(delivery.pk)
        if not journal.has(delivery=delivery, code=IN_DOUBT):
            text = "Of some messages it is not known whether they left: they are not sent again."
            journal.write(delivery=delivery, code=IN_DOUBT, text=text, level=journal.WARNING, at=at)
