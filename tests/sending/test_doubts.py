"""Messages in doubt: who decides, and what follows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deliveries.models import AuditEvent, Message
from messaging.statuses import MessageStatus
from sending import doubts, sweeping
from sending.models import Outgoing
from tests.ingestion import callbacks
from tests.sending import prepared

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def delivery():
    made = prepared.delivery(3, status="in_progress")
    Outgoing.objects.filter(delivery=made).update(
        state=Outgoing.State.IN_DOUBT, claimed_at=NOW - timedelta(minutes=5), attempts=1
    )
    return made


def ids(delivery):
    return list(
        Message.objects.filter(delivery=delivery).order_by("id").values_list("pk", flat=True)
    )


def statuses(delivery):
    rows = Message.objects.filter(delivery=delivery).order_by("id")
    return [MessageStatus(row.status).api_name for row in rows]


def test_those_in_doubt_are_listed_in_pages(delivery, django_assert_num_queries):
    with django_assert_num_queries(1):
        page = doubts.page(delivery_id=delivery.pk, cursor=None, size=2)
        addresses = [row.message.address for row in page.rows]

    assert len(addresses) == 2
    assert page.next


def test_what_was_sent_waits_for_its_receipt(delivery):
    assert doubts.decide(delivery_id=delivery.pk, was_sent=True, by=None, at=NOW) == 3

    assert statuses(delivery) == ["accepted"] * 3
    assert not doubts.are_there(delivery_id=delivery.pk)
    line = AuditEvent.objects.get(delivery=delivery)
    assert (line.code, line.text) == (doubts.DECIDED, "3 messages in doubt: sent, by decision.")
    assert callbacks.drifts() == []


def test_what_was_not_sent_is_cancelled(delivery):
    first = ids(delivery)[0]

    decided = doubts.decide(
        delivery_id=delivery.pk, was_sent=False, message_ids=[first], by=None, at=NOW
    )

    assert decided == 1
    assert statuses(delivery) == ["cancelled", "pending", "pending"]
    assert callbacks.drifts() == []


def test_where_nothing_is_in_doubt_there_is_nothing_to_decide(delivery):
    with pytest.raises(doubts.NotInDoubt):
        doubts.decide(delivery_id=delivery.pk, was_sent=True, message_ids=[1], by=None, at=NOW)

    assert statuses(delivery) == ["pending"] * 3


def test_a_receipt_ends_the_doubt(delivery):
    first = ids(delivery)[0]
    Message.objects.filter(pk=first).update(status=MessageStatus.SENT)

    assert doubts.settle_heard_of(at=NOW) == 1

    assert prepared.states(delivery) == ["done", "in_doubt", "in_doubt"]
    assert Message.objects.get(pk=first).accepted_at == NOW - timedelta(minutes=5)


def test_what_a_dead_worker_left_and_a_receipt_told_of_never_comes_into_doubt(delivery):
    Outgoing.objects.filter(delivery=delivery).update(state=Outgoing.State.LEAVING)
    Message.objects.filter(delivery=delivery).update(status=MessageStatus.SENT)

    sweeping.sweep(at=NOW)

    assert prepared.states(delivery) == ["done"] * 3
    assert not AuditEvent.objects.filter(delivery=delivery).exists()
