"""Replay: after a mapping changed, stored callbacks say what they say now, as the preview told."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from deliveries.models import AuditEvent, Counter, Delivery, Message, MessageEvent
from ingestion import moves, replay
from ingestion.models import HeldCallback, InboxEntry
from ingestion.moves import Move
from ingestion.replay import Replayed, ReplayFilter
from messaging.failures import FailureClass
from messaging.statuses import MessageStatus
from sending import closing
from tests import records
from tests.ingestion import callbacks

pytestmark = pytest.mark.django_db

ALL = ReplayFilter()
NOW = timezone.now()
UNKNOWN_USER = (MessageStatus.FAILED, FailureClass.USER_UNKNOWN)


def run(*, dry_run=False, chosen=ALL):
    return replay.replay(chosen=chosen, dry_run=dry_run, by=None, at=timezone.now())


def state():
    """Return all that a replay could change."""
    return (
        list(Message.objects.order_by("id").values()),
        list(MessageEvent.objects.order_by("message_id", "digest").values()),
        sorted(Counter.objects.values_list("id", flat=True)),
        list(HeldCallback.objects.order_by("id").values()),
    )


@pytest.fixture
def applied(delivery, post):
    """Ten failed messages and ten delivered ones."""
    messages = [records.message(delivery, provider_ids=(f"m-{number}",)) for number in range(20)]
    for number in range(20):
        post(id=f"m-{number}", word="sent")
        post(id=f"m-{number}", word="lost" if number < 10 else "done")
    callbacks.apply_all()
    return messages


def test_without_a_change_nothing_changes(applied):
    before = state()

    assert run() == Replayed(entries=40)

    assert state() == before
    assert AuditEvent.objects.get().text == "40 callbacks replayed: 0 messages moved."


def test_a_preview_writes_nothing_and_tells_what_the_replay_then_does(applied, table):
    table["lost"] = UNKNOWN_USER
    before = state()

    preview = run(dry_run=True)

    assert state() == before
    assert AuditEvent.objects.count() == 0
    assert (preview.entries, preview.events, preview.messages, preview.moved) == (40, 10, 10, 10)
    assert (preview.deliveries, preview.addresses) == (1, 10)
    assert preview.sample[0] == Move(applied[0].pk, (30, 2, 0), (30, 1, 1))
    assert run() == preview
    assert {callbacks.standing(message) for message in applied[:10]} == {
        ("Failed", "Hard", "User unknown")
    }
    assert {callbacks.standing(message)[0] for message in applied[10:]} == {"Received on mobile"}
    assert callbacks.drifts() == []


def test_a_second_replay_moves_nothing(applied, table):
    table["lost"] = UNKNOWN_USER
    run()
    before = state()

    assert run() == Replayed(entries=40)
    assert state() == before


def test_a_status_that_changes_takes_the_place_of_the_old_one(applied, table):
    table["lost"] = (MessageStatus.DELIVERED, None)

    assert run().moved == 10

    assert {callbacks.standing(message)[0] for message in applied} == {"Received on mobile"}
    assert MessageEvent.objects.count() == 40
    assert Message.objects.filter(failed_at__isnull=False).count() == 0
    assert callbacks.drifts() == []


def test_a_word_that_means_nothing_any_more_leaves_what_else_was_said(applied, table):
    del table["lost"]

    assert run().moved == 10

    assert {callbacks.standing(message)[0] for message in applied[:10]} == {"Sent"}
    assert callbacks.drifts() == []


def test_the_only_thing_said_may_turn_out_to_mean_nothing(delivery, post, message, table):
    post(id="m", word="lost")
    callbacks.apply_all()
    del table["lost"]

    run()

    assert callbacks.standing(message) == (
        "Taken into account by the provider",
        "Not defined",
        "Not defined",
    )
    assert callbacks.drifts() == []


def test_changed_at_stays_where_the_status_does(applied, table):
    before = list(Message.objects.order_by("id").values_list("changed_at", flat=True))
    Message.objects.filter(pk=applied[0].pk).update(changed_at=NOW)

    run()

    now = list(Message.objects.order_by("id").values_list("changed_at", flat=True))
    assert now == [NOW, *before[1:]]


def test_what_was_given_up_stays_so_until_something_final_is_said(delivery, post, message, table):
    post(id="m", word="sent")
    callbacks.apply_all()
    Delivery.objects.update(last_registered_at=NOW - delivery.validity)
    closing.close_ended(at=NOW)
    assert callbacks.standing(message)[0] == "Unknown"
    before = state()

    assert run() == Replayed(entries=1)
    assert state() == before

    table["sent"] = (MessageStatus.ACCEPTED, None)
    assert run().moved == 0
    assert callbacks.standing(message)[0] == "Unknown"

    table["sent"] = UNKNOWN_USER
    assert run().moved == 1
    assert callbacks.standing(message)[0] == "Failed"
    assert callbacks.drifts() == []


def test_what_could_not_be_read_is_applied_and_no_longer_dead(account, delivery, post, message):
    post(id="m", word="fault", address="+39")
    callbacks.apply_all()
    InboxEntry.objects.update(body=b'{"id": "m", "word": "done"}')

    replayed = run()

    assert (replayed.events, replayed.moved, replayed.dead) == (1, 1, 0)
    assert HeldCallback.objects.count() == 0
    assert callbacks.standing(message)[0] == "Received on mobile"


def test_what_cannot_be_read_any_more_is_dead_and_what_it_said_stays(delivery, post, message):
    post(id="m", word="done")
    callbacks.apply_all()
    InboxEntry.objects.update(body=b"broken")

    assert run().dead == 1

    assert [held.error for held in callbacks.held("dead")] == ["body: not valid JSON"]
    assert callbacks.standing(message)[0] == "Received on mobile"


def test_what_is_parked_stays_parked_once(post):
    post(id="later", word="done")
    callbacks.apply_all()

    run()

    assert [held.provider_id for held in callbacks.held("parked")] == ["later"]


def test_a_discarded_callback_stays_discarded(post):
    post(id="later", word="done")
    callbacks.apply_all()
    HeldCallback.objects.update(state="discarded")

    run()

    assert [held.state for held in HeldCallback.objects.all()] == ["discarded"]


def test_events_that_other_callbacks_told_stay(delivery, post, message, table):
    post(id="m", word="sent")
    post(id="m", word="lost")
    callbacks.apply_all()
    table["sent"] = table["lost"] = UNKNOWN_USER

    run(chosen=ReplayFilter(entry_ids=callbacks.entry_ids()[1:]))

    kept = MessageEvent.objects.order_by("entry_id").values_list("status", "failure_type")
    assert list(kept) == [(MessageStatus.SENT, 0), (MessageStatus.FAILED, 1)]


def test_a_filter_chooses_account_and_time(account, delivery, message):
    other = callbacks.account()
    for hours in range(4):
        received_at = NOW - timedelta(hours=hours)
        body = b'{"id": "m", "word": "done"}'
        callbacks.inbox.store([callbacks.raw(account, body, received_at=received_at)])
    callbacks.inbox.store([callbacks.raw(other, b"{}", received_at=NOW)])
    InboxEntry.objects.filter(received_at__lt=NOW - timedelta(hours=1.5)).update(
        received_at=NOW - timedelta(days=1)
    )

    def entries(**fields):
        return run(dry_run=True, chosen=ReplayFilter(**fields)).entries

    assert entries() == 5
    assert entries(account_id=account.pk) == 4
    assert entries(until=NOW - timedelta(hours=1)) == 2
    assert entries(since=NOW - timedelta(hours=1), until=NOW) == 1
    assert entries(account_id=other.pk, since=NOW) == 1
    assert entries(entry_ids=callbacks.entry_ids()[:2]) == 2


def test_a_replay_goes_batch_by_batch(applied, table, monkeypatch):
    monkeypatch.setattr(replay, "BATCH", 7)
    monkeypatch.setattr(moves, "SAMPLE", 3)
    table["lost"] = UNKNOWN_USER
    admin = get_user_model().objects.create_user("anna")

    done = replay.replay(chosen=ALL, dry_run=False, by=admin, at=NOW)

    assert (done.entries, done.moved, len(done.sample)) == (40, 10, 3)
    line = AuditEvent.objects.get()
    assert (line.code, line.actor) == ("CBK-1003", "anna")
    assert line.text == "40 callbacks replayed: 10 messages moved."


def test_a_preview_sees_what_its_own_batches_have_foreseen(delivery, post, table, monkeypatch):
    """Both failures of a message come to mean something else, in batches of their own."""
    monkeypatch.setattr(replay, "BATCH", 2)
    table["odd"] = table["lost"]
    for number in range(4):
        records.message(delivery, provider_ids=(f"m-{number}",))
    for word in ("lost", "odd", "sent"):
        for number in range(4):
            post(id=f"m-{number}", word=word, code=word[0])
    callbacks.apply_all()
    table["lost"] = (MessageStatus.DELIVERED, None)
    table["odd"] = UNKNOWN_USER
    table["sent"] = (None, None)

    preview = run(dry_run=True)

    assert run() == preview
    assert (preview.messages, preview.moved) == (4, 4)
    assert callbacks.drifts() == []


def test_a_replay_whose_entries_were_dropped_meanwhile_changes_nothing(post, message, monkeypatch):
    post(id="m", word="done")
    callbacks.apply_all()
    gone = iter([callbacks.entry_ids()])
    monkeypatch.setattr(replay, "_batches", lambda _chosen: gone)
    InboxEntry.objects.all().delete()

    assert run(dry_run=True) == Replayed()


def test_parts_and_duplicates_are_replayed_as_one(delivery, post, table):
    message = records.message(delivery, provider_ids=("p-1", "p-2"))
    for provider_id in ("p-1", "p-2", "p-1"):
        post(id=provider_id, word="lost")
    callbacks.apply_all()
    table["lost"] = (MessageStatus.DELIVERED, None)

    done = run()

    assert (done.events, done.moved) == (2, 1)
    assert callbacks.standing(message)[0] == "Received on mobile"
    assert [moved for _text, moved in callbacks.story(message)] == [False, True]
