"""Receipts: what a report does to its message, its events and the counters."""

from datetime import timedelta
from decimal import Decimal

import pytest

from deliveries import figures
from deliveries.models import Message, MessageEvent
from messaging.statuses import Evidence, MessageStatus
from tests import records
from tests.ingestion import callbacks
from tests.ingestion.callbacks import RECEIVED, report
from tests.records import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(db):
    return callbacks.account()


@pytest.fixture
def tell(account):
    """Post each report as a callback of its own, and apply them."""

    def told(*reports):
        callbacks.post(account, *reports)
        callbacks.apply_all()

    return told


def reread(message):
    return Message.objects.get(pk=message.pk)


def test_a_delivered_message_says_so_in_every_column(delivery, message, tell):
    tell(
        report("m", "sent", minute=1),
        report(
            "m", "delivered", minute=2, price=Decimal("0.045"), currency="EUR", network="22201",
            segments=2,
        ),
    )  # fmt: skip

    found = reread(message)
    assert (found.status, found.evidence, found.contradicted) == (
        MessageStatus.DELIVERED,
        Evidence.HANDSET,
        False,
    )
    assert (found.sent_at, found.delivered_at) == (
        NOON + timedelta(minutes=1),
        NOON + timedelta(minutes=2),
    )
    assert (found.price, found.currency, found.network, found.segments) == (
        Decimal("0.045"),
        "EUR",
        "22201",
        2,
    )
    assert (found.text, found.changed_at) == ("delivered", RECEIVED)
    assert figures.of(delivery_ids=[delivery.pk])[delivery.pk].success == 1
    assert callbacks.drifts() == []


def test_an_event_keeps_what_its_callback_said(message, tell):
    tell(report("m", "failed", code="101", minute=5))

    event = MessageEvent.objects.get()
    assert (event.message_id, event.provider_id, event.status) == (message.pk, "m", 30)
    assert (event.provider_code, event.text, event.moved) == ("101", "failed", True)
    assert (event.stated_at, event.occurred_at, event.received_at) == (
        NOON + timedelta(minutes=5),
        NOON + timedelta(minutes=5),
        RECEIVED,
    )
    assert [event.entry_id] == callbacks.entry_ids()
    assert callbacks.standing(message) == ("Failed", "Hard", "User unknown")


def test_late_reports_are_kept_but_do_not_move_the_message_back(message, tell):
    tell(report("m", "delivered"), report("m", "accepted"), report("m", "sent"))

    assert callbacks.standing(message)[0] == "Received on mobile"
    assert callbacks.story(message) == [("delivered", True), ("accepted", False), ("sent", False)]


def test_a_report_that_comes_twice_is_one_event(account, message, tell):
    tell(report("m", "sent"), report("m", "sent"))
    tell(report("m", "sent"))

    assert callbacks.story(message) == [("sent", True)]
    assert callbacks.tallies(account) == {"received": 3, "applied": 1, "duplicate": 2}


def test_a_word_that_means_nothing_is_kept_and_moves_nothing(account, message, tell):
    tell(report("m", "buffered"))

    assert callbacks.story(message) == [("buffered", False)]
    assert callbacks.standing(message)[0] == "Taken into account by the provider"
    assert callbacks.tallies(account) == {"received": 1, "applied": 1, "unmoved": 1}


def test_a_time_in_the_future_is_clamped_to_the_reception(message, tell):
    tell(report("m", "delivered", minute=600))

    event = MessageEvent.objects.get()
    assert (event.stated_at, event.occurred_at, event.clamped) == (
        NOON + timedelta(minutes=600),
        RECEIVED,
        True,
    )
    assert reread(message).delivered_at == RECEIVED


def test_a_report_without_a_time_counts_from_its_reception(message, tell):
    tell(report("m", "delivered", occurred_at=None))

    event = MessageEvent.objects.get()
    assert (event.stated_at, event.occurred_at, event.clamped) == (None, None, False)
    assert reread(message).delivered_at == RECEIVED


def test_the_parts_of_a_message_are_told_by_their_ids(delivery, tell):
    message = records.message(delivery, provider_ids=("p-1", "p-2"))

    tell(report("p-1", "delivered"))
    assert callbacks.standing(message)[0] == "Taken into account by the provider"

    tell(report("p-2", "delivered", minute=2))
    assert reread(message).delivered_at == NOON + timedelta(minutes=2)
    assert reread(message).segments == 2
    parts = MessageEvent.objects.order_by("part").values_list("part", "parts", "attempt")
    assert list(parts) == [(1, 2, 1), (2, 2, 1)]
    assert callbacks.drifts() == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("+393330000001", 0),
        ("393330000001", 0),
        ("00393330000002", 1),
        ("+39 333 000-0002", 1),
        ("", 1),
    ],
)
def test_where_an_id_has_several_messages_the_address_decides(delivery, tell, given, expected):
    messages = [
        records.message(delivery, address=f"+39333000000{number}", provider_ids=("x",))
        for number in (1, 2)
    ]

    tell(report("x", "delivered", address=given))

    assert MessageEvent.objects.get().message_id == messages[expected].pk


def test_an_email_address_is_not_told_by_its_digits(delivery, tell):
    messages = [
        records.message(delivery, address=address, provider_ids=("x",))
        for address in ("anna7@example.org", "bruno7@example.org")
    ]

    tell(report("x", "delivered", address="Anna7@Example.org"))

    assert MessageEvent.objects.get().message_id == messages[0].pk


def test_an_address_that_is_none_of_several_makes_a_dead_letter(account, delivery, tell):
    for _ in range(2):
        records.message(delivery, provider_ids=("x",))

    tell(report("x", "delivered", address="+34600000000"))

    assert [held.error for held in callbacks.held("dead")] == [
        "The provider id belongs to several messages, none of them to this address."
    ]
    assert callbacks.tallies(account) == {"received": 1, "dead": 1}


def test_an_id_with_one_message_is_about_it_whatever_the_address(message, tell):
    tell(report("m", "delivered", address="+34600000000"))

    assert callbacks.standing(message)[0] == "Received on mobile"


def test_an_id_of_another_account_is_unknown(account, message):
    stranger = callbacks.account()

    callbacks.post(stranger, report("m", "delivered"))
    callbacks.apply_all()

    assert [held.provider_id for held in callbacks.held("parked")] == ["m"]
    assert callbacks.story(message) == []


def test_an_id_that_is_too_old_is_unknown(message, tell, settings):
    settings.CALLBACK_MATCH_DAYS = -1

    tell(report("m", "delivered"))

    assert [held.provider_id for held in callbacks.held("parked")] == ["m"]


def test_one_callback_may_tell_of_many_messages(account, delivery):
    messages = [records.message(delivery, provider_ids=(f"m-{n}",)) for n in range(3)]
    told = [report(f"m-{n}", "delivered") for n in range(3)]

    callbacks.inbox.store([callbacks.arrival(account, *told)])
    callbacks.apply_all()

    assert {callbacks.standing(message)[0] for message in messages} == {"Received on mobile"}
    assert callbacks.tallies(account) == {"received": 1, "applied": 3}


def test_a_message_that_was_given_up_changes_only_when_something_final_is_said(message, tell):
    tell(report("m", "sent"))
    Message.objects.filter(pk=message.pk).update(status=MessageStatus.UNKNOWN)

    tell(report("m", "sent"), report("m", "accepted"), report("m", "buffered"))
    assert callbacks.standing(message)[0] == "Unknown"
    assert callbacks.story(message) == [("sent", True), ("accepted", False), ("buffered", False)]

    tell(report("m", "delivered"))
    assert callbacks.standing(message)[0] == "Received on mobile"


def test_where_carriers_prove_no_handset_a_message_is_graded_lower_than_its_event(account, tell):
    delivery = records.delivery(account=account)
    callbacks.register(delivery, {"address": "+12025550123", "provider_message_id": "us"})

    tell(report("us", "delivered", minute=1))

    message = Message.objects.get(address="+12025550123")
    assert message.evidence == Evidence.CARRIER
    assert [event.evidence for event in message.events.all()] == [Evidence.HANDSET]
    assert callbacks.drifts() == []
