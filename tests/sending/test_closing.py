"""Closing: a delivery ends when all is final, or when waiting for receipts has no end."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deliveries import figures
from deliveries.models import AuditEvent, Delivery, Message
from ingestion import registration
from messaging.statuses import DeliveryStatus, MessageStatus
from sending import closing, tasks
from tests import records
from tests.ingestion import callbacks
from tests.threads import PATIENCE_SECONDS, apart
from tests.waiting import somebody_waits, until

pytestmark = pytest.mark.django_db

NOW = timezone.now()
QUIET = NOW + closing.QUIET + timedelta(seconds=1)
ENDED = NOW + timedelta(hours=72)


@pytest.fixture
def account(db):
    return callbacks.account()


@pytest.fixture
def delivery(account):
    """A delivery with a delivered, a failed, a sent and an accepted message."""
    made = records.delivery(account=account)
    lines = [
        {"address": f"+39333000000{number}", "provider_message_id": f"m-{number}"}
        for number in range(4)
    ]
    callbacks.register(made, *lines, at=NOW)
    callbacks.post(
        account,
        callbacks.report("m-0", "delivered"),
        callbacks.report("m-1", "failed", code="101"),
        callbacks.report("m-2", "sent"),
    )
    callbacks.apply_all()
    return made


def finish_the_rest(account):
    callbacks.post(account, callbacks.report("m-2", "delivered"), callbacks.report("m-3", "failed"))
    callbacks.apply_all()


def status(delivery):
    return Delivery.objects.get(pk=delivery.pk).status


def test_a_delivery_that_waits_for_receipts_goes_on(delivery):
    assert closing.close_ended(at=QUIET) == 0
    assert closing.close_ended(at=ENDED - timedelta(seconds=1)) == 0
    assert status(delivery) == DeliveryStatus.IN_PROGRESS


def test_looking_costs_the_same_however_many_deliveries_wait(
    account, delivery, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as one:
        closing.close_ended(at=QUIET)
    for number in range(2):
        line = {"address": "+393330000009", "provider_message_id": f"o-{number}"}
        callbacks.register(records.delivery(account=account), line, at=NOW)

    with django_assert_num_queries(len(one)):
        assert closing.close_ended(at=QUIET) == 0


def test_a_delivery_is_finished_once_all_is_final(account, delivery):
    finish_the_rest(account)

    assert closing.close_ended(at=QUIET) == 1

    found = Delivery.objects.get(pk=delivery.pk)
    assert (found.status, found.finished_at) == (DeliveryStatus.FINISHED, QUIET)
    line = AuditEvent.objects.filter(delivery=delivery).last()
    assert (line.code, line.text) == ("DEL-1090", "Delivery finished: 2 delivered, 2 failed.")
    assert closing.close_ended(at=QUIET) == 0


def test_between_two_registrations_a_delivery_is_given_time(account, delivery):
    finish_the_rest(account)

    assert closing.close_ended(at=NOW + closing.QUIET) == 0
    assert status(delivery) == DeliveryStatus.IN_PROGRESS


@pytest.mark.parametrize("state", ["editing", "finished"])
def test_what_was_never_started_or_is_over_is_left_alone(delivery, state):
    Delivery.objects.update(status=state)

    assert closing.close_ended(at=ENDED) == 0
    assert closing.finish(delivery_id=delivery.pk, at=ENDED) is False
    assert closing.end(delivery_id=delivery.pk, at=ENDED) is False
    assert status(delivery) == state
    assert Message.objects.filter(status=MessageStatus.UNKNOWN).count() == 0


def test_when_the_validity_has_ended_what_still_waits_is_unknown(delivery):
    assert closing.close_ended(at=ENDED) == 1

    assert list(callbacks.statuses().values()) == [
        "Received on mobile",
        "Failed",
        "Unknown",
        "Unknown",
    ]
    counted = figures.of(delivery_ids=[delivery.pk])[delivery.pk]
    assert (counted.unknown, counted.in_progress, counted.reconciles) == (2, 0, True)
    assert callbacks.drifts() == []
    line = AuditEvent.objects.filter(delivery=delivery).last()
    assert line.text == "Delivery finished: 1 delivered, 1 failed, 2 without a receipt."
    unknown = Message.objects.filter(status=MessageStatus.UNKNOWN)
    assert set(unknown.values_list("changed_at", flat=True)) == {ENDED}


def test_many_messages_are_given_up_a_batch_at_a_time(delivery, monkeypatch):
    monkeypatch.setattr(closing, "BATCH", 1)

    assert closing.end(delivery_id=delivery.pk, at=ENDED)

    assert Message.objects.filter(status=MessageStatus.UNKNOWN).count() == 2


def test_a_late_receipt_takes_the_place_of_unknown(account, delivery):
    closing.close_ended(at=ENDED)

    finish_the_rest(account)

    assert list(callbacks.statuses().values())[2:] == ["Received on mobile", "Failed"]
    assert status(delivery) == DeliveryStatus.FINISHED
    assert callbacks.drifts() == []


def test_a_duplicate_or_a_late_notice_does_not(account, delivery):
    closing.close_ended(at=ENDED)

    callbacks.post(account, callbacks.report("m-2", "sent"), callbacks.report("m-3", "accepted"))
    callbacks.apply_all()

    assert list(callbacks.statuses().values())[2:] == ["Unknown", "Unknown"]
    assert callbacks.drifts() == []


def test_a_registration_begins_the_validity_anew(delivery):
    line = {"address": "+393339999999", "provider_message_id": "new"}
    callbacks.register(delivery, line, at=ENDED - timedelta(hours=1))

    assert closing.close_ended(at=ENDED) == 0
    assert closing.end(delivery_id=delivery.pk, at=ENDED) is False
    assert callbacks.statuses()["+393339999999"] == "Taken into account by the provider"


def hours(account, number):
    account.credentials = {"verify": "none", "receipt_hours": str(number)}
    account.save()


def test_after_the_time_of_its_provider_a_message_is_unknown_and_its_delivery_goes_on(
    account, delivery
):
    hours(account, 5)
    line = {"address": "+393339999999", "provider_message_id": "new"}
    callbacks.register(delivery, line, at=NOW + timedelta(hours=4))

    assert closing.give_up_overdue(at=NOW + timedelta(hours=5) - timedelta(seconds=1)) == 0
    assert closing.close_ended(at=NOW + timedelta(hours=5)) == 0

    assert list(callbacks.statuses().values())[2:] == [
        "Unknown",
        "Unknown",
        "Taken into account by the provider",
    ]
    assert status(delivery) == DeliveryStatus.IN_PROGRESS
    assert callbacks.drifts() == []
    [line] = AuditEvent.objects.filter(delivery=delivery, code=closing.OVERDUE)
    assert line.text == "No receipt within 5 h: such messages are unknown until one still comes."


def test_the_journal_tells_it_once_for_a_delivery(account, delivery):
    hours(account, 5)
    line = {"address": "+393339999999", "provider_message_id": "new"}
    callbacks.register(delivery, line, at=NOW + timedelta(hours=4))

    assert closing.give_up_overdue(at=NOW + timedelta(hours=5)) == 2
    assert closing.give_up_overdue(at=NOW + timedelta(hours=9)) == 1

    assert AuditEvent.objects.filter(delivery=delivery, code=closing.OVERDUE).count() == 1


def test_a_receipt_after_the_time_takes_the_place_of_unknown(account, delivery):
    hours(account, 5)
    closing.give_up_overdue(at=NOW + timedelta(hours=5))

    finish_the_rest(account)

    assert list(callbacks.statuses().values())[2:] == ["Received on mobile", "Failed"]
    assert callbacks.drifts() == []


def test_a_shorter_validity_comes_before_the_time_of_the_provider(delivery):
    Delivery.objects.update(validity=timedelta(hours=2))

    assert closing.give_up_overdue(at=NOW + timedelta(hours=2)) == 2


@pytest.mark.parametrize("state", ["paused", "cancelled", "failed"])
def test_what_was_handed_over_is_given_up_whatever_became_of_its_delivery(delivery, state):
    Delivery.objects.update(status=state)

    assert closing.close_ended(at=ENDED) == 0

    assert Message.objects.filter(status=MessageStatus.UNKNOWN).count() == 2
    assert status(delivery) == state
    assert callbacks.drifts() == []


def test_what_was_registered_a_moment_ago_with_an_old_time_is_waited_for(account, delivery):
    line = {
        "address": "+393339999999",
        "provider_message_id": "new",
        "sent_at": (NOW - timedelta(days=10)).isoformat(),
    }
    callbacks.register(delivery, line, at=NOW)
    registered_at = timezone.now()

    assert closing.give_up_overdue(at=registered_at) == 0
    assert closing.give_up_overdue(at=registered_at + closing.QUIET + timedelta(minutes=1)) == 1


def test_overdue_messages_are_given_up_a_batch_at_a_time(account, delivery, monkeypatch):
    monkeypatch.setattr(closing, "BATCH", 1)

    assert closing.give_up_overdue(at=ENDED) == 2


def test_where_nothing_is_overdue_looking_costs_two_queries(delivery, django_assert_num_queries):
    with django_assert_num_queries(2):
        closing.give_up_overdue(at=QUIET)


def test_the_task_closes_what_has_ended(delivery):
    Delivery.objects.update(last_registered_at=NOW - timedelta(days=30))

    assert tasks.close_ended(unknown="argument") == 1


def test_a_receipt_that_came_since_is_not_given_up(delivery):
    sent = Message.objects.get(status=MessageStatus.SENT)
    delivered = Message.objects.get(status=MessageStatus.DELIVERED)

    closing._make_unknown([sent.pk, delivered.pk], at=ENDED)

    assert list(callbacks.statuses().values())[::2] == ["Received on mobile", "Unknown"]


@pytest.mark.django_db(transaction=True)
def test_messages_registered_while_a_delivery_is_closed_are_not_given_up(delivery, monkeypatch):
    """The registration is first at the delivery, and not committed yet when closing begins."""
    line = {"address": "+393339999999", "provider_message_id": "new"}
    with transaction.atomic():
        callbacks.register(delivery, line, at=ENDED)
        closed = apart(closing.close_ended, at=ENDED)
        until(somebody_waits)
    assert closed.result(PATIENCE_SECONDS) == 0

    assert callbacks.statuses()["+393339999999"] == "Taken into account by the provider"
    assert status(delivery) == DeliveryStatus.IN_PROGRESS
    assert callbacks.drifts() == []


@pytest.mark.django_db(transaction=True)
def test_a_registration_that_waits_for_the_end_opens_the_delivery_again(account, delivery):
    finish_the_rest(account)
    line = {"address": "+393339999999", "provider_message_id": "new"}
    with transaction.atomic():
        assert closing.finish(delivery_id=delivery.pk, at=QUIET)
        registering = apart(callbacks.register, delivery, line, at=QUIET)
        until(somebody_waits)
    done = registering.result(PATIENCE_SECONDS)

    assert isinstance(done, registration.Registered)
    assert status(delivery) == DeliveryStatus.IN_PROGRESS
    assert callbacks.drifts() == []
