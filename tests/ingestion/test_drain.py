"""Draining: whatever one entry is like, the others are applied and nothing is lost."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deliveries.models import Message, MessageEvent
from ingestion import drain, figures, inbox, tasks
from ingestion.models import InboxEntry, QueueItem, ReceiptCounter
from messaging.statuses import MessageStatus
from storage import rows
from tests import records
from tests.ingestion import callbacks
from tests.threads import PATIENCE_SECONDS, apart, together
from tests.waiting import until

TOO_LONG = "x" * 501


@pytest.fixture
def messages(delivery):
    return [records.message(delivery, provider_ids=(f"m-{number}",)) for number in range(100)]


def test_nothing_waiting_is_nothing_done(db):
    assert drain.drain_batch(limit=10) == 0
    assert tasks.drain_inbox() == 0


def test_what_waits_is_applied_in_batches(post, messages):
    for number in range(100):
        post(id=f"m-{number}", word="done")

    assert drain.drain_batch(limit=30) == 30
    assert QueueItem.objects.count() == 70
    assert drain.drain(limit=30) == 70
    assert Message.objects.filter(status=MessageStatus.DELIVERED).count() == 100
    assert callbacks.drifts() == []


def test_one_that_breaks_does_not_keep_the_others_from_being_applied(account, post, messages):
    for number in range(100):
        post(id=f"m-{number}", word="done", text=TOO_LONG if number == 37 else "")
    before = timezone.now()

    assert drain.drain_batch(limit=1_000) == 100

    waiting = Message.objects.exclude(status=MessageStatus.DELIVERED)
    assert list(waiting) == [messages[37]]
    item = QueueItem.objects.get()
    assert (item.attempts, item.again) == (1, True)
    assert item.error == "DataError while it was applied"
    assert timedelta(seconds=1.9) < item.not_before - before < timedelta(seconds=10)
    assert callbacks.tallies(account) == {"received": 100, "applied": 99}
    assert callbacks.drifts() == []


def test_one_that_breaks_is_tried_five_times_at_growing_distances_and_is_then_dead(
    account, post, message
):
    post(id="m", word="done", text=TOO_LONG)
    waits = []
    for _ in range(4):
        assert drain.drain_batch(limit=10) == 1
        item = QueueItem.objects.get()
        waits.append(round((item.not_before - timezone.now()).total_seconds()))
        assert drain.drain_batch(limit=10) == 0
        callbacks.hold_all_due()

    assert drain.drain_batch(limit=10) == 1

    assert waits == [2, 5, 10, 30]
    assert QueueItem.objects.count() == 0
    (dead,) = callbacks.held("dead")
    assert (dead.attempts, dead.error) == (5, "DataError while it was applied")
    assert bytes(dead.body) == bytes(InboxEntry.objects.get().body)
    assert callbacks.tallies(account) == {"received": 1, "dead": 1}
    assert MessageEvent.objects.count() == 0


def test_one_that_broke_once_and_then_works_leaves_no_trace(account, post, message):
    post(id="m", word="done")
    drain._put_off(drain.inbox.claim(limit=1)[0], ValueError())
    callbacks.hold_all_due()

    drain.drain()

    assert callbacks.story(message) == [("", True)]
    assert QueueItem.objects.count() == 0
    assert list(callbacks.held("dead")) == []
    assert callbacks.tallies(account) == {"received": 1, "applied": 1}


def test_many_that_break_are_all_found(post, messages):
    for number in range(100):
        post(id=f"m-{number}", word="done", text=TOO_LONG if number % 10 == 0 else "")

    drain.drain_batch(limit=1_000)

    assert Message.objects.filter(status=MessageStatus.DELIVERED).count() == 90
    assert QueueItem.objects.count() == 10


def test_the_cause_and_the_log_do_not_quote_the_callback(post, message, caplog):
    post(id="m", word="done", text="+393331234567" * 40)

    drain.drain()

    assert QueueItem.objects.get().error == "DataError while it was applied"
    assert "3331234567" not in caplog.text


class Statements:
    """Counts statements, those too that go past Django's cursor."""

    def __init__(self, monkeypatch):
        self.beside = 0
        execute_values = rows.execute_values

        def counted(*args, **kwargs):
            self.beside += 1
            return execute_values(*args, **kwargs)

        monkeypatch.setattr(rows, "execute_values", counted)

    def of(self, act):
        self.beside = 0
        with CaptureQueriesContext(connection) as queries:
            act()
        return len(queries) + self.beside


def test_a_batch_costs_the_same_statements_however_many_callbacks_it_holds(
    delivery, post, monkeypatch
):
    statements = Statements(monkeypatch)
    counts = []
    for size in (3, 300):
        for number in range(size):
            records.message(delivery, provider_ids=(f"{size}-{number}",))
            post(id=f"{size}-{number}", word="done")
            post(id=f"{size}-{number}", word="lost")
            post(id=f"{size}-{number}", word="lost", code=f"new {size} {number}")
            post(id=f"{size}-{number}", word="done")
            post(id=f"unknown-{size}-{number}", word="done")
            post(id=f"{size}-{number}", word="done", rest="bad")
            post(id=f"reply-{size}-{number}", word="reply", address="+39333", text="Ciao")
        counts.append(statements.of(lambda: drain.drain_batch(limit=10_000)))

    assert counts[0] == counts[1]
    assert counts[0] < 27
    assert (QueueItem.objects.count(), len(callbacks.held("parked"))) == (0, 303)


def test_a_drain_gives_way_after_a_while(post, messages, monkeypatch):
    monkeypatch.setattr(drain, "LONGEST_SECONDS", 0.0)
    post(id="m-1", word="done")

    assert drain.drain() == 0
    assert QueueItem.objects.count() == 1


def end_whoever_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.rowcount > 0


@pytest.mark.django_db(transaction=True)
def test_a_connection_cut_in_the_middle_is_no_fault_of_the_callbacks(account, post, message):
    for _ in range(3):
        post(id="m", word="done")
    post(id="unknown", word="done")
    with transaction.atomic():
        Message.objects.select_for_update().get(pk=message.pk)
        draining = apart(drain.drain)
        until(end_whoever_waits)
        assert isinstance(draining.exception(PATIENCE_SECONDS), DatabaseError)

    items = QueueItem.objects.all()
    assert [(item.attempts, item.not_before, item.again) for item in items] == [
        (0, None, False)
    ] * 4
    assert MessageEvent.objects.count() == 0
    assert callbacks.tallies(account) == {}

    assert drain.drain() == 4
    assert callbacks.tallies(account) == {
        "received": 4,
        "applied": 1,
        "duplicate": 2,
        "parked": 1,
    }


@pytest.mark.django_db(transaction=True)
def test_drains_at_the_same_time_take_different_entries(account, post, messages):
    for word in ("sent", "done", "lost"):
        for number in range(100):
            post(id=f"m-{number}", word=word)

    done = together(*[lambda: drain.drain(limit=25)] * 4)

    assert sum(done) == 300
    assert MessageEvent.objects.count() == 300
    assert Message.objects.filter(status=MessageStatus.DELIVERED, contradicted=True).count() == 100
    # Which of two comes first, and says more, is left to chance.
    tallies = {name: n for name, n in callbacks.tallies(account).items() if name != "regression"}
    assert tallies == {"received": 300, "applied": 300}
    assert callbacks.drifts() == []


def test_entries_whose_day_was_dropped_are_taken_out_of_the_queue(post, message):
    post(id="m", word="done")
    InboxEntry.objects.all().delete()

    drain.drain()

    assert QueueItem.objects.count() == 0


def test_tallies_are_kept_by_the_hour(account):
    at = callbacks.RECEIVED + timedelta(minutes=59, seconds=59, microseconds=3)

    figures.add({figures.Tally(account.pk, figures.DEAD, figures.hour(at)): 2})
    figures.add({figures.Tally(account.pk, figures.DEAD, figures.hour(at)): 0})

    assert list(ReceiptCounter.objects.values_list("figure", "bucket", "value")) == [
        ("dead", callbacks.RECEIVED, 2)
    ]


def test_an_entry_is_claimed_once(post):
    post(id="m", word="done")

    assert [entry.attempts for entry in inbox.claim(limit=5)] == [0]
    assert inbox.claim(limit=5) == []
