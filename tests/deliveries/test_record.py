"""The record: what is written in batches comes back as it was, one statement each."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction

from deliveries import merge, record
from deliveries.models import Message, MessageEvent
from deliveries.record import Event
from messaging.failures import FailureType, Reason
from messaging.statuses import Evidence, MessageStatus
from tests import records
from tests.records import NOON
from tests.threads import PATIENCE_SECONDS, apart

pytestmark = pytest.mark.django_db


def standing(message):
    return record.messages(ids=[message.pk], lock=False)[message.pk]


def event(message, number=1, **fields):
    """Return an event with something in every column."""
    made = {
        "message_id": message.pk,
        "digest": bytes([0, 34, 92, number]) * 4,
        "provider_id": 'a"\\,{}',
        "part": 1,
        "parts": 2,
        "attempt": 1,
        "status": MessageStatus.FAILED,
        "failure_type": FailureType.SOFT,
        "reason": Reason.REFUSED,
        "qualification_id": 2**40,
        "evidence": Evidence.NONE,
        "code": "NULL",
        "text": "è \t 'said'\n",
        "segments": 2,
        "price": Decimal("0.045000"),
        "currency": "EUR",
        "network": "22201",
        "stated_at": NOON + timedelta(microseconds=1),
        "occurred_at": NOON,
        "received_at": NOON + timedelta(seconds=5),
        "moved": True,
        "entry_id": 2**62,
    }
    return Event(**made | fields)


def kept(*messages):
    return record.events(message_ids=[message.pk for message in messages])


def test_nothing_asked_is_nothing_done(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert record.messages(ids=[], lock=True) == {}
        assert record.events(message_ids=[]) == {}
        record.add_events([])
        record.remove_events([])
        record.change([])


def test_a_minute_holds_its_seconds():
    assert record.minute(NOON + timedelta(seconds=59, microseconds=9)) == NOON
    assert record.minute(None) is None


def test_messages_come_back_by_their_ids():
    delivery = records.delivery()
    one, other = records.message(delivery), records.message(delivery)
    records.message(delivery)

    found = record.messages(ids={other.pk, one.pk, 5}, lock=True)

    assert list(found) == [one.pk, other.pk]
    assert found[one.pk].address == one.address


def test_a_message_comes_back_as_it_was_written():
    message = records.message(records.delivery())
    written = standing(message)._replace(
        status=MessageStatus.FAILED,
        failure_type=FailureType.HARD,
        reason=Reason.USER_UNKNOWN,
        evidence=Evidence.CARRIER,
        contradicted=True,
        code='1"',
        text="said\\",
        segments=3,
        price=Decimal("1.250000"),
        currency="EUR",
        network="20801",
        sent_at=NOON,
        delivered_at=NOON + timedelta(seconds=1),
        failed_at=NOON + timedelta(seconds=2),
        changed_at=NOON + timedelta(seconds=3),
    )

    record.change([written])

    assert standing(message) == written


def test_a_change_leaves_other_messages_alone():
    delivery = records.delivery()
    one, between, other = (records.message(delivery) for _ in range(3))
    before = standing(between)

    record.change([standing(m)._replace(text="new") for m in (one, other)])

    assert standing(between) == before
    assert Message.objects.filter(text="new").count() == 2


def test_events_come_back_as_they_were_added():
    delivery = records.delivery()
    one, other = records.message(delivery), records.message(delivery)
    full = event(one)
    empty = event(
        one, 2, status=None, segments=None, price=None, stated_at=None, occurred_at=None,
        entry_id=None, code="", text="", moved=False,
    )  # fmt: skip

    record.add_events([full, empty, event(other)])

    assert kept(one, other) == {
        one.pk: {full.digest: full, empty.digest: empty},
        other.pk: {full.digest: event(other)},
    }


def test_an_event_that_is_there_stays_as_it_is():
    message = records.message(records.delivery())
    record.add_events([event(message)])

    record.add_events([event(message, text="again"), event(message, 2)])

    assert [found.text for found in kept(message)[message.pk].values()] == [event(message).text] * 2


def test_removed_events_are_gone_and_no_others():
    delivery = records.delivery()
    one, other = records.message(delivery), records.message(delivery)
    record.add_events([event(one), event(one, 2), event(other)])

    record.remove_events([(one.pk, event(one).digest)])

    assert {key: list(found) for key, found in kept(one, other).items()} == {
        one.pk: [event(one, 2).digest],
        other.pk: [event(other).digest],
    }


def test_an_event_says_to_the_merge_what_it_states():
    message = records.message(records.delivery())
    full = event(message)

    assert full.said()[: len(merge.Said._fields) - 1] == (
        full.digest, 1, 2, 1, 30, 2, 20, 2**40, 0, "NULL", full.text, 2, full.price, "EUR", "22201",
        full.stated_at,
    )  # fmt: skip
    assert full.said().at == full.occurred_at
    assert event(message, occurred_at=None).said().at == full.received_at


def test_what_moves_a_message_is_its_status_type_and_reason():
    message = standing(records.message(records.delivery(), segments=4))
    later = NOON + timedelta(hours=1)
    accepted = merge.fold([event(message_of(message), status=MessageStatus.ACCEPTED).said()])
    failed = merge.fold([event(message_of(message), segments=None, parts=1).said()])

    assert message.after(accepted, at=later).changed_at == NOON
    assert message.after(failed, at=later).changed_at == later
    assert message.after(failed, at=later).segments == 4


def message_of(found):
    return Message(pk=found.id)


def test_an_unheard_message_keeps_what_nobody_reported():
    delivery = records.delivery()
    heard = standing(
        records.message(
            delivery,
            country="IT",
            segments=2,
            status=MessageStatus.FAILED,
            failure_type=FailureType.HARD,
            reason=Reason.USER_UNKNOWN,
            failed_at=NOON,
            provider_code="1",
        )
    )
    plain = standing(records.message(delivery, country="IT", segments=2))

    assert heard.unheard() == plain._replace(id=heard.id, address=heard.address)


def test_what_is_counted_of_a_message_are_whole_minutes():
    message = records.message(records.delivery(), sent_at=NOON + timedelta(seconds=30))

    assert standing(message).counted().sent_at == NOON
    assert standing(message).counted().delivered_at is None


@pytest.mark.django_db(transaction=True)
def test_locked_messages_wait_for_nobody_else():
    message = records.message(records.delivery())

    def lock_at_once():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
            record.messages(ids=[message.pk], lock=True)

    with transaction.atomic():
        record.messages(ids=[message.pk], lock=True)
        with pytest.raises(OperationalError):
            apart(lock_at_once).result(PATIENCE_SECONDS)
    assert MessageEvent.objects.count() == 0
