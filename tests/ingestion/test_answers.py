"""What providers answer when they are handed messages, and receipts that come before it."""

import pytest
from django.utils import timezone

from deliveries import answers
from deliveries.answers import Answer
from deliveries.models import MessageEvent, ProviderReference
from ingestion import inbox
from messaging.failures import FailureClass
from messaging.reports import StatusReport
from messaging.statuses import MessageStatus
from providers.base import Callback
from providers.sms import simulator
from tests import records
from tests.ingestion import callbacks

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def account():
    return callbacks.account()


@pytest.fixture
def pending(account):
    delivery = records.delivery(account=account)
    return records.message(delivery, status=MessageStatus.PENDING, accepted_at=None)


def taken(message, account, *ids):
    reports = tuple(StatusReport(name, MessageStatus.ACCEPTED, text="taken") for name in ids)
    return Answer(message.pk, account.pk, account.kind, reports, was_taken=True)


def post(account, *reports, query=""):
    """Store a callback that came to a URL with this query, and apply it."""
    body = simulator.encode(reports)
    callback = Callback("POST", "", {"Content-Type": "application/json"}, body, NOW)
    inbox.store([inbox.arrival(account_id=account.pk, callback=callback, query=query)])
    callbacks.apply_all()


def status(message):
    message.refresh_from_db()
    return MessageStatus(message.status).api_name


def test_nothing_said_is_nothing_heard(django_assert_num_queries):
    with django_assert_num_queries(0):
        answers.say([], at=NOW)
        answers.begin({}, at=NOW)


def test_a_message_that_was_taken_is_known_by_each_of_its_ids(account, pending):
    answers.say([taken(pending, account, "a", "b")], at=NOW)

    assert status(pending) == "accepted"
    assert pending.accepted_at == NOW
    parts = ProviderReference.objects.filter(message=pending).order_by("part")
    assert [(row.provider_id, row.part, row.parts) for row in parts] == [("a", 1, 2), ("b", 2, 2)]
    assert callbacks.drifts() == []


def test_a_message_that_was_taken_without_an_id_is_accepted_all_the_same(account, pending):
    answers.say([taken(pending, account, "")], at=NOW)

    assert status(pending) == "accepted"
    assert not ProviderReference.objects.filter(message=pending).exists()


def test_the_same_answer_twice_changes_nothing_more(account, pending):
    for _time in range(2):
        answers.say([taken(pending, account, "a")], at=NOW)

    assert MessageEvent.objects.filter(message=pending).count() == 1
    assert ProviderReference.objects.filter(message=pending).count() == 1
    assert callbacks.drifts() == []


def test_a_refusal_fails_the_message_and_is_qualified(account, pending):
    report = StatusReport("", MessageStatus.FAILED, "101", "no", failure=FailureClass.USER_UNKNOWN)

    answers.say([Answer(pending.pk, account.pk, account.kind, (report,), was_taken=False)], at=NOW)

    assert status(pending) == "failed"
    assert pending.accepted_at is None
    assert pending.qualification_id is not None
    assert callbacks.drifts() == []


def test_an_answer_about_a_message_that_is_gone_is_nothing(account, pending):
    pending.delete()

    answers.say([taken(pending, account, "a")], at=NOW)

    assert not MessageEvent.objects.exists()


def test_a_receipt_is_matched_by_our_name_in_its_url(account, pending):
    report = callbacks.report("p-1", "delivered")

    post(account, report, query=f"message={answers.reference(pending.pk)}")

    assert status(pending) == "delivered"
    assert ProviderReference.objects.get(message=pending).provider_id == "p-1"
    post(account, callbacks.report("p-1", "sent"))
    assert callbacks.tallies(account).get("parked") is None


def test_a_receipt_is_matched_by_our_name_that_the_provider_repeats(account, pending):
    report = callbacks.report("p-1", "sent")._replace(reference=answers.reference(pending.pk))
    other = callbacks.report("p-2", "sent")

    post(account, report, other)

    assert status(pending) == "sent"
    assert len(callbacks.held("parked")) == 1


@pytest.mark.parametrize(
    "query", ["message=m-", "message=m-x1", "message=m-999", "other=m-1", "message=m-" + "9" * 30]
)
def test_a_name_that_is_none_of_ours_matches_nothing(account, pending, query):
    post(account, callbacks.report("p-1", "delivered"), query=query)

    assert status(pending) == "pending"
    assert len(callbacks.held("parked")) == 1


def test_a_message_of_another_account_is_not_named(pending):
    stranger = callbacks.account()

    name = f"message={answers.reference(pending.pk)}"
    post(stranger, callbacks.report("p-1", "delivered"), query=name)

    assert status(pending) == "pending"


def test_what_tells_of_several_messages_names_none_by_its_url(account, pending):
    reports = [callbacks.report("p-1", "delivered"), callbacks.report("p-2", "delivered")]

    post(account, *reports, query=f"message={answers.reference(pending.pk)}")

    assert status(pending) == "pending"


def test_a_message_that_was_never_handed_over_does_not_begin(pending):
    answers.begin({pending.pk: NOW}, at=NOW)

    pending.refresh_from_db()
    assert pending.accepted_at is None
