"""What is counted of callbacks: exactly once, by the hour, and squashed without a change."""

from datetime import timedelta

import pytest

from ingestion import figures, held, inbox, tasks
from ingestion.models import Proof, ReceiptCounter
from messaging.statuses import MessageStatus
from storage.ids import time_of
from tests import records
from tests.ingestion import callbacks
from tests.records import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(db):
    return callbacks.account()


@pytest.fixture
def message(account):
    return records.message(records.delivery(account=account), provider_ids=("m",))


def by_key(account, figure):
    rows = ReceiptCounter.objects.filter(account=account, figure=figure)
    return {row.key: row.value for row in rows}


@pytest.mark.parametrize(
    ("seconds", "key"),
    [(-5, "1"), (0, "1"), (1, "1"), (1.001, "2"), (60, "60"), (259_200, "259200"), (1e6, "more")],
)
def test_a_lag_is_counted_under_the_first_bound_that_holds_it(seconds, key):
    stated_at = NOON - timedelta(seconds=seconds)

    assert figures.lag(stated_at=stated_at, received_at=NOON) == key


def test_each_new_report_is_counted_with_its_lag_and_a_duplicate_is_not(account, message):
    callbacks.post(
        account,
        callbacks.report("m", "sent", minute=59),
        callbacks.report("m", "delivered", minute=58),
        callbacks.report("m", "delivered", minute=58),
        callbacks.report("m", "accepted", occurred_at=None),
    )
    callbacks.apply_all()

    assert by_key(account, figures.LAG) == {"60": 1, "120": 1}
    assert callbacks.tallies(account)["duplicate"] == 1


def test_what_happened_before_its_message_was_registered_is_history_and_not_late(account, message):
    known_at = time_of(message.pk)
    old, recent = known_at - timedelta(days=6), known_at - timedelta(minutes=58)
    posted = [("accepted", -1, old), ("sent", 1, old), ("delivered", 1, recent)]

    inbox.store(
        [
            callbacks.arrival(
                account,
                callbacks.report("m", word, occurred_at=at),
                received_at=known_at + timedelta(minutes=minutes),
            )
            for word, minutes, at in posted
        ]
    )
    callbacks.apply_all()

    assert by_key(account, figures.LAG) == {"3600": 1}


def test_a_report_that_says_less_is_kept_and_counted_as_a_regression(account, message):
    for word in ("delivered", "sent", "failed", "nonsense"):
        callbacks.post(account, callbacks.report("m", word))
        callbacks.apply_all()

    tallies = callbacks.tallies(account)
    assert (tallies["applied"], tallies["regression"], tallies["unmoved"]) == (4, 2, 1)
    assert callbacks.standing(message)[0] == "Received on mobile"
    assert len(callbacks.story(message)) == 4


def test_a_report_that_says_the_same_again_is_no_regression(account, message):
    for minute in (1, 2):
        callbacks.post(account, callbacks.report("m", "delivered", minute=minute))
        callbacks.apply_all()

    assert "regression" not in callbacks.tallies(account)


def test_what_is_less_than_unknown_is_a_regression(account):
    delivery = records.delivery(account=account)
    records.message(delivery, provider_ids=("m",), status=MessageStatus.UNKNOWN)
    callbacks.post(account, callbacks.report("m", "sent"))
    callbacks.apply_all()

    assert callbacks.tallies(account)["regression"] == 1


@pytest.mark.parametrize(
    ("proof", "key"), [(Proof.SIGNED, "signed"), (Proof.TOKEN, "token"), (Proof.NONE, "none")]
)
def test_what_let_a_callback_in_is_counted_once(account, message, proof, key):
    arrived = callbacks.arrival(account, callbacks.report("early", "sent"))
    inbox.store([arrived._replace(proof=int(proof))])
    callbacks.apply_all()
    held.retry(ids=[row.pk for row in callbacks.held("parked")], by=None, at=callbacks.RECEIVED)
    callbacks.apply_all()

    assert by_key(account, figures.PROOF) == {key: 1}


def test_squashing_changes_no_sum(account, message):
    for minute in range(3):
        callbacks.post(account, callbacks.report("m", "sent", minute=minute))
        callbacks.apply_all()
    before = callbacks.tallies(account)

    saved = tasks.squash_counters(unknown="argument")

    assert saved == figures.squash() + saved > 0
    assert callbacks.tallies(account) == before
    assert ReceiptCounter.objects.filter(fresh=True).count() == 0
    callbacks.post(account, callbacks.report("m", "delivered"))
    callbacks.apply_all()
    assert figures.squash() > 0
    assert callbacks.tallies(account)["applied"] == before["applied"] + 1
