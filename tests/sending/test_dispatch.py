"""Dispatch against a provider that is not there: each fault ends as documented, once."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deliveries import answers, figures
from deliveries.models import AuditEvent, Message, MessageEvent, ProviderReference
from ingestion import inbox
from messaging.failures import FailureType, Reason
from messaging.statuses import MessageStatus
from providers.base import Callback
from providers.courier import Patience
from quarantine.models import Address
from sending import claims, dispatch, doubts, lanes, launch, results, sweeping, withdrawing
from sending.models import Outgoing
from tests.ingestion import callbacks
from tests.providers import fake
from tests.sending import prepared
from tests.threads import together

pytestmark = pytest.mark.django_db

SHORT = Patience(connect=1.0, total=0.3, idle=2.0)


@pytest.fixture
def provider():
    with fake.provider() as server:
        yield server


@pytest.fixture
def account(provider):
    made = prepared.account(
        "generic", send_url=f"{provider.url}/send", signature="header", header="X-Key", secret="s"
    )
    lanes.limit(account=made, rate=200, by=None, at=timezone.now())
    return made


def started(account, messages=3):
    made = prepared.delivery(messages, account=account)
    launch.start(delivery_id=made.pk, by=None, at=timezone.now())
    return made


def hand_over(account, *, patience=None, seconds=0.5):
    return dispatch.run(account_id=account.pk, seconds=seconds, patience=patience)


def statuses(delivery):
    rows = Message.objects.filter(delivery=delivery).order_by("id")
    return [MessageStatus(row.status).api_name for row in rows]


def codes(delivery):
    return list(
        AuditEvent.objects.filter(delivery=delivery).order_by("id").values_list("code", flat=True)
    )


def due_now(delivery):
    """Let what waits for another try be due."""
    Outgoing.objects.filter(delivery=delivery).update(not_before=None)


def open_lane(account):
    """Let the time of a closed lane be over."""
    lanes.Lane.objects.filter(pk=account.pk).update(not_before=None)


def test_what_is_taken_is_accepted_under_its_id_and_counted(provider, account):
    delivery = started(account)

    assert hand_over(account) == 3

    assert statuses(delivery) == ["accepted"] * 3
    assert prepared.states(delivery) == ["done"] * 3
    message = Message.objects.filter(delivery=delivery).earliest("id")
    reference = ProviderReference.objects.get(message=message)
    assert reference.provider_id == f"P-{answers.reference(message.pk)}"
    assert message.accepted_at is not None
    event = MessageEvent.objects.get(message=message)
    assert (event.status, event.moved, event.entry_id) == (MessageStatus.ACCEPTED, True, None)
    assert callbacks.drifts() == []
    said = provider.said()[0]
    assert said["callback_url"].endswith(f"/{account.token}/?message={said['reference']}")


def test_a_refusal_is_a_failure_with_its_reason_and_counts_against_the_address():
    with fake.provider() as provider:
        account = prepared.account(
            "twilio", account_sid="AC1", auth_token="t", base_url=provider.url
        )
        delivery = started(account, 1)
        provider.reactions = [fake.says(400, {"code": 21211, "message": "Invalid 'To' number"})]

        hand_over(account)

    message = Message.objects.get(delivery=delivery)
    assert (message.status, message.failure_type, message.reason, message.provider_code) == (
        MessageStatus.FAILED,
        FailureType.HARD,
        Reason.USER_UNKNOWN,
        "21211",
    )
    assert message.qualification_id is not None
    assert Address.objects.get(address=message.address).status == "quarantine"
    assert prepared.states(delivery) == ["done"]
    assert callbacks.drifts() == []


def test_too_many_requests_wait_and_go_again_once(provider, account):
    provider.reactions = [fake.says(429, Retry_After="1"), fake.accept]
    delivery = started(account, 1)

    hand_over(account)

    assert (prepared.states(delivery), statuses(delivery)) == (["waiting"], ["pending"])
    lane = lanes.of(account_id=account.pk)
    assert lane.is_held(at=timezone.now())
    assert lane.closed_at is None
    due_now(delivery)
    open_lane(account)
    hand_over(account)
    assert statuses(delivery) == ["accepted"]
    assert len(provider.requests) == 2


@pytest.mark.parametrize(
    "reaction", [fake.says(500), fake.hang, fake.reset, fake.says(200, b"thanks"), fake.trickle]
)
def test_what_nobody_knows_is_in_doubt_and_never_sent_again(provider, account, reaction):
    provider.reactions = [reaction]
    delivery = started(account, 1)

    hand_over(account, patience=SHORT)
    due_now(delivery)
    open_lane(account)
    hand_over(account, patience=SHORT)
    sweeping.sweep(at=timezone.now() + claims.LEASE * 2)
    hand_over(account, patience=SHORT)

    assert (prepared.states(delivery), statuses(delivery)) == (["in_doubt"], ["pending"])
    assert len(provider.requests) == 1
    assert claims.IN_DOUBT in codes(delivery)


def test_a_receipt_ends_the_doubt_about_an_answer_that_came_too_late(provider, account):
    provider.reactions = [fake.late(0.6)]
    delivery = started(account, 1)
    hand_over(account, patience=SHORT)
    assert prepared.states(delivery) == ["in_doubt"]

    receipt(account, delivery, '{"id": "late-1", "status": "delivered"}')
    sweeping.sweep(at=timezone.now())

    message = Message.objects.get(delivery=delivery)
    assert (statuses(delivery), prepared.states(delivery)) == (["delivered"], ["done"])
    assert message.accepted_at is not None
    assert ProviderReference.objects.get(message=message).provider_id == "late-1"
    assert callbacks.drifts() == []


def receipt(account, delivery, body):
    """Apply a callback to the address that was given with the first message."""
    name = answers.reference(Message.objects.filter(delivery=delivery).earliest("id").pk)
    callback = Callback(
        "POST", "", {"Content-Type": "application/json"}, body.encode(), timezone.now()
    )
    query = f"{answers.FIELD}={name}"
    inbox.store([inbox.arrival(account_id=account.pk, callback=callback, query=query)])
    callbacks.apply_all()


def test_a_receipt_that_overtakes_the_answer_is_not_forgotten(provider, account):
    delivery = started(account, 1)
    message = Message.objects.get(delivery=delivery)
    receipt(account, delivery, f'{{"id": "P-m-{message.pk}", "status": "delivered"}}')
    assert statuses(delivery) == ["delivered"]

    hand_over(account)

    assert statuses(delivery) == ["delivered"]
    assert ProviderReference.objects.filter(message=message).count() == 1
    assert callbacks.drifts() == []


def test_nobody_there_costs_no_message_and_closes_the_lane(provider, account):
    delivery = started(account, 8)
    account.credentials = account.credentials | {"send_url": "http://127.0.0.1:1/"}
    account.save()

    hand_over(account)

    assert statuses(delivery) == ["pending"] * 8
    assert set(prepared.states(delivery)) == {"waiting"}
    lane = lanes.of(account_id=account.pk)
    assert lane.closed_at is not None
    assert lanes.DELIVERY_CLOSED in codes(delivery)
    due_now(delivery)
    assert hand_over(account) == 0


def test_a_closed_lane_is_tried_with_one_message_and_opens(provider, account):
    delivery = started(account, 5)
    provider.reactions = [fake.says(401)]
    hand_over(account)
    tried = len(provider.requests)
    provider.reactions = [fake.accept]
    due_now(delivery)
    open_lane(account)

    share, batch = claims.claim(account=account, most=10, at=timezone.now())
    assert (share.size, len(batch)) == (1, 1)
    Outgoing.objects.filter(delivery=delivery).update(state=0)
    open_lane(account)
    hand_over(account)

    assert statuses(delivery) == ["accepted"] * 5
    assert lanes.DELIVERY_OPENED in codes(delivery)
    assert len(provider.requests) == tried + 5


def test_an_account_without_credentials_hands_nothing_over_and_says_why(provider, account):
    delivery = started(account)
    account.credentials = {}
    account.save()

    assert hand_over(account) == 0
    assert hand_over(account) == 0

    assert "send_url" in lanes.of(account_id=account.pk).last_error
    assert codes(delivery).count(lanes.DELIVERY_CLOSED) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_hand_each_message_over_once(provider, account):
    delivery = started(account, 40)

    together(lambda: hand_over(account), lambda: hand_over(account))
    while hand_over(account):
        pass

    names = Counter(said["reference"] for said in provider.said())
    assert (len(names), set(names.values())) == (40, {1})
    assert statuses(delivery) == ["accepted"] * 40
    assert callbacks.drifts() == []


def test_after_a_pause_nothing_more_is_taken(provider, account):
    delivery = started(account, 5)
    launch.pause(delivery_id=delivery.pk, by=None, at=timezone.now())

    assert hand_over(account) == 0

    launch.resume(delivery_id=delivery.pk, by=None, at=timezone.now())
    assert hand_over(account) == 5


def test_what_a_killed_worker_had_claimed_is_in_doubt_and_the_rest_goes_on(provider, account):
    delivery = started(account, 4)
    at = timezone.now()
    claims.claim(account=account, most=2, at=at)

    sweeping.sweep(at=at + claims.LEASE - timedelta(seconds=1))
    assert prepared.states(delivery) == ["leaving", "leaving", "waiting", "waiting"]
    sweeping.sweep(at=at + claims.LEASE + timedelta(seconds=1))
    hand_over(account)

    assert prepared.states(delivery) == ["in_doubt", "in_doubt", "done", "done"]
    assert len(provider.requests) == 2
    assert doubts.are_there(delivery_id=delivery.pk)


def test_an_answer_to_an_attempt_that_was_decided_on_changes_nothing(provider, account):
    delivery = started(account, 1)
    at = timezone.now()
    _share, batch = claims.claim(account=account, most=1, at=at)
    sweeping.sweep(at=at + claims.LEASE * 2)
    doubts.decide(delivery_id=delivery.pk, was_sent=False, by=None, at=at)

    taken = dispatch.handover.Result(batch[0], results.Accepted(("x",)), lanes.Tally())
    results.write([taken], account=account, at=at)
    results.write([], account=account, at=at)

    assert statuses(delivery) == ["cancelled"]
    assert callbacks.drifts() == []


def test_who_opted_out_after_the_preparation_gets_nothing(provider, account):
    delivery = started(account, 2)
    first, second = Message.objects.filter(delivery=delivery).order_by("id")
    Address.objects.create(channel="sms", address=first.address, status="denylisted")
    Address.objects.create(channel="sms", address=second.address, status="quarantine")

    hand_over(account)

    assert statuses(delivery) == ["cancelled", "accepted"]
    assert Outgoing.objects.get(message=first).last_error == withdrawing.UNWANTED
    assert callbacks.drifts() == []


def test_what_is_not_handed_over_within_the_validity_is_cancelled(provider, account):
    delivery = started(account, 2)
    at = timezone.now() + delivery.validity + timedelta(minutes=1)

    sweeping.sweep(at=at)

    assert statuses(delivery) == ["cancelled", "cancelled"]
    assert withdrawing.EXPIRED in codes(delivery)
    assert hand_over(account) == 0
    assert figures.of(delivery_ids=[delivery.pk])[delivery.pk].cancelled == 2


@pytest.mark.django_db(transaction=True)
def test_answers_wait_for_a_database_that_is_away(provider, account, monkeypatch):
    delivery = started(account, 1)
    monkeypatch.setattr(dispatch, "WRITE_SECONDS", 0.01)
    write, tries = results.write, []

    def broken(*args, **kwargs):
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError
        write(*args, **kwargs)

    monkeypatch.setattr(dispatch.results, "write", broken)

    hand_over(account)

    assert (len(tries), statuses(delivery)) == (2, ["accepted"])


def test_a_database_that_stays_away_leaves_the_attempt_to_its_age(provider, account, monkeypatch):
    delivery = started(account, 1)
    monkeypatch.setattr(dispatch, "PATIENCE_SECONDS", -1.0)

    def broken(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(dispatch.results, "write", broken)

    with pytest.raises(OperationalError):
        hand_over(account)

    assert prepared.states(delivery) == ["leaving"]


def test_a_batch_costs_the_same_number_of_statements_whatever_its_size(account):
    counts = []
    for messages in (1, 3):
        delivery = started(account, messages)
        _share, batch = claims.claim(account=account, most=10, at=timezone.now())
        taken = [
            dispatch.handover.Result(one, results.Accepted((f"{one.message_id}",)), lanes.Tally())
            for one in batch
        ]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            results.write(taken, account=account, at=timezone.now())
        counts.append(len(captured))
        assert statuses(delivery) == ["accepted"] * messages
    assert counts[0] == counts[1]
