"""Messages of which nobody knows whether they left: a receipt tells, or a person decides.

They are never sent again.
"""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils.translation import gettext as _

from deliveries import answers, journal
from deliveries.answers import Answer
from deliveries.models import Delivery, Message
from messaging.reports import StatusReport
from messaging.statuses import MessageStatus
from sending import withdrawing
from sending.claims import LEASE
from sending.models import Outgoing
from sending.sentences import NOT_SENT, SENT
from storage import keyset
from storage.keyset import Page

State = Outgoing.State
BATCH = 5_000
DECIDED = "DEL-1065"


class NotInDoubt(Exception):
    """There is nothing to decide any more; the text is for people."""


def page(*, delivery_id: int, cursor: str | None, size: int) -> Page[Outgoing]:
    """Return messages of a delivery that are in doubt, oldest first; two queries."""
    found = Outgoing.objects.filter(
        delivery_id=delivery_id, message_id__gte=delivery_id, state=State.IN_DOUBT
    ).select_related("message")
    return keyset.page(found, order=("message_id",), cursor=cursor, size=size)


def are_there(*, delivery_id: int) -> bool:
    """Tell whether messages of a delivery are in doubt."""
    return Outgoing.objects.filter(
        delivery_id=delivery_id, message_id__gte=delivery_id, state=State.IN_DOUBT
    ).exists()


@transaction.atomic
def decide(
    *,
    delivery_id: int,
    was_sent: bool,
    by: AbstractBaseUser | None,
    at: datetime,
    message_ids: Sequence[int] | None = None,
) -> int:
    """Say of messages in doubt whether they were sent, of all of a delivery where none is named.

    Sent, a message waits for its receipt; not sent, it is cancelled.  Returns how many there were;
    raises NotInDoubt where that is none, and Delivery.DoesNotExist.
    """
    delivery = Delivery.objects.get(pk=delivery_id)
    decided = 0
    while ids := _take(delivery_id, message_ids, was_sent=was_sent):
        decided += len(ids)
        if was_sent:
            _hand_over(delivery, ids, at=at)
        else:
            withdrawing.cancel(ids, at=at)
    if not decided:
        raise NotInDoubt(_("None of these messages is in doubt any more."))
    text = f"{decided} messages in doubt: {'sent' if was_sent else 'not sent'}, by decision."
    journal.write(delivery=delivery, code=DECIDED, text=text, by=by, at=at)
    return decided


def _take(delivery_id: int, message_ids: Sequence[int] | None, *, was_sent: bool) -> list[int]:
    """Take a batch out of doubt; return the messages."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE sending_outgoing SET state = 3, last_error = %s
             WHERE message_id = ANY(ARRAY(
                   SELECT message_id FROM sending_outgoing
                    WHERE delivery_id = %s AND message_id >= %s AND state = 2
                      AND (%s::bigint[] IS NULL OR message_id = ANY(%s::bigint[]))
                    ORDER BY message_id LIMIT %s FOR UPDATE))
               AND message_id >= %s
            RETURNING message_id
            """,
            [
                SENT if was_sent else NOT_SENT,
                delivery_id,
                delivery_id,
                list(message_ids) if message_ids is not None else None,
                list(message_ids) if message_ids is not None else None,
                BATCH,
                delivery_id,
            ],
        )
        return [row[0] for row in cursor.fetchall()]


def _hand_over(delivery: Delivery, ids: Sequence[int], *, at: datetime) -> None:
    """Let messages be as if the provider had said that it took them."""
    pending = Message.objects.filter(pk__in=ids, status=MessageStatus.PENDING)
    report = StatusReport("", MessageStatus.ACCEPTED, text=SENT)
    account = delivery.account
    answers.say(
        [
            Answer(message_id, account.pk, account.kind, (report,), was_taken=True)
            for message_id in pending.order_by("id").values_list("id", flat=True)
        ],
        at=at,
    )


def settle_heard_of(*, at: datetime) -> int:
    """End the doubt about messages that a receipt has told of meanwhile; return how many.

    Those too that a worker left behind, who died before the answer: they never come into doubt.
    """
    settled = 0
    while number := _settle_some(at=at):
        settled += number
    return settled


@transaction.atomic
def _settle_some(*, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE sending_outgoing SET state = 3
             WHERE message_id = ANY(ARRAY(
                   SELECT outgoing.message_id FROM sending_outgoing outgoing
                     JOIN deliveries_message message ON message.id = outgoing.message_id
                    WHERE (outgoing.state = 2 OR outgoing.state = 1 AND outgoing.claimed_at < %s)
                      AND message.status <> %s
                    ORDER BY outgoing.message_id LIMIT %s FOR UPDATE OF outgoing SKIP LOCKED))
            RETURNING message_id, claimed_at
            """,
            [at - LEASE, int(MessageStatus.PENDING), BATCH],
        )
        claimed = dict(cursor.fetchall())
    answers.begin(claimed, at=at)
    return len(claimed)
