"""Judging again: exactly what the preview named moves, in batches that survive anything."""

import os
import signal
import subprocess
import sys

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from deliveries.models import AuditEvent, Counter, Message, MessageEvent
from ingestion import drain, judgements, judging, tasks
from ingestion.judgements import BadRuling, NotNow
from ingestion.models import Judgement
from messaging.failures import FailureClass, FailureType, Reason
from messaging.statuses import MessageStatus
from providers.models import Qualification
from quarantine.models import Address
from tests import records
from tests.ingestion import callbacks
from tests.ingestion.test_drain import Statements
from tests.records import NOON
from tests.threads import PATIENCE_SECONDS, apart, together
from tests.waiting import somebody_waits, until

pytestmark = pytest.mark.django_db

HARD = {"status": "keep", "failure_type": FailureType.HARD, "reason": Reason.USER_UNKNOWN}
SOFT = {"status": "keep", "failure_type": FailureType.SOFT, "reason": Reason.MAILBOX_FULL}
IGNORE = {"status": "ignore"}


@pytest.fixture
def mixed(table, account, post):
    """Messages of two deliveries that failed in all the ways that bear on a judgement."""
    table["gone"] = (MessageStatus.FAILED, FailureClass.USER_UNKNOWN)
    table["busy"] = (MessageStatus.FAILED, FailureClass.UNREACHABLE)
    for number in range(2):
        delivery = records.delivery(account=account)
        for name, address, words in (
            ("only", f"+39333000000{number}", ["sent", "lost"]),
            ("same", "+393330000009", ["lost"]),
            ("known", f"+39333000001{number}", ["lost", "busy"]),
            ("late", f"+39333000002{number}", ["busy", "lost"]),
            ("hard", f"+39333000003{number}", ["lost", "gone"]),
            ("done", f"+39333000004{number}", ["lost", "done"]),
            ("other", f"+39333000005{number}", ["busy"]),
            ("erased", "", ["lost"]),
        ):
            records.message(delivery, provider_ids=(f"{name}-{number}",), address=address)
            for word in words:
                post(id=f"{name}-{number}", word=word)
    callbacks.apply_all()
    return Qualification.objects.get(code="lost")


def state():
    """Return all that a judgement could change: rows as they are, counters as sums."""
    sums = {}
    for row in Counter.objects.all():
        key = (row.delivery_id, row.figure, row.key, row.bucket)
        sums[key] = sums.get(key, 0) + row.value
    return (
        list(Message.objects.order_by("id").values()),
        list(MessageEvent.objects.order_by("message_id", "digest").values()),
        {key: value for key, value in sums.items() if value},
        list(
            Qualification.objects.order_by("id").values(
                "id", "status", "failure_type", "reason", "text"
            )
        ),
    )


def standings():
    found = Message.objects.values_list("id", "status", "failure_type", "reason")
    return {row[0]: row[1:] for row in found}


def change(row, wanted, *, history=True, by=None):
    return judgements.change(
        qualification_id=row.pk, wanted=wanted, history=history, by=by, at=NOON
    )


def undo(row):
    return judgements.undo(qualification_id=row.pk, by=None, at=NOON)


def judge():
    """Judge whatever is open to its end."""
    while judging.work_batch(at=NOON):
        pass


@pytest.mark.parametrize("wanted", [HARD, SOFT, IGNORE])
def test_exactly_those_move_that_the_preview_named(mixed, wanted):
    before, whole = standings(), state()

    preview = judgements.preview(qualification_id=mixed.pk, wanted=wanted)
    assert state() == whole
    change(mixed, wanted)
    judge()

    after = standings()
    moved = {pk for pk in before if before[pk] != after[pk]}
    assert preview.moves.message_ids == moved
    found = Message.objects.filter(pk__in=moved)
    assert preview.moves.delivery_ids == set(found.values_list("delivery_id", flat=True))
    assert preview.moves.addresses_moved == {row.address for row in found} - {""}
    assert (preview.examined, preview.at_least) == (14, False)
    assert [(one.before, one.after) for one in preview.moves.sample] == [
        (before[one.message_id], after[one.message_id]) for one in preview.moves.sample
    ]
    assert callbacks.drifts() == []


def test_what_a_judgement_does_to_each_message(mixed):
    change(mixed, HARD)
    judge()

    found = {
        row.references.get().provider_id.partition("-")[0]: callbacks.standing(row)
        for row in Message.objects.all()
    }
    unknown = ("Failed", "Hard", "User unknown")
    assert found == {
        "only": unknown,
        "same": unknown,
        "known": ("Failed", "Hard", "User unknown"),
        "late": unknown,
        "hard": unknown,
        "done": ("Received on mobile", "Not defined", "Not defined"),
        "other": ("Failed", "Soft", "Unreachable"),
        "erased": unknown,
    }


def test_undoing_brings_every_row_and_counter_back(mixed):
    whole = state()
    change(mixed, HARD)
    judge()
    assert state() != whole

    undo(mixed)
    judge()

    assert state() == whole
    assert callbacks.drifts() == []


def test_history_that_is_judged_to_be_opt_outs_denylists_and_undoing_lifts_it(mixed):
    only = Message.objects.filter(references__provider_id__startswith="only")
    left = {"failure_type": FailureType.HARD, "reason": Reason.DENYLISTED}
    change(mixed, left)
    judge()

    denied = Address.objects.filter(status="denylisted").values_list("address", flat=True)
    assert set(only.values_list("address", flat=True)) <= set(denied)
    assert "" not in denied
    assert callbacks.drifts() == []

    undo(mixed)
    judge()
    assert list(Address.objects.filter(status="denylisted")) == []
    assert callbacks.drifts() == []


def test_what_was_never_judged_comes_back_as_it_was_too(mixed, delivery, post):
    """Three changes, one of them for the future only, and messages that fail between them."""
    wholes = []
    for number, (wanted, history) in enumerate([(SOFT, False), (HARD, True), (IGNORE, True)]):
        wholes.append(state()[:2])
        change(mixed, wanted, history=history)
        judge()
        if number == 0:
            records.message(delivery, provider_ids=("between",))
            post(id="between", word="lost")
            callbacks.apply_all()
    found = callbacks.standing(Message.objects.get(references__provider_id="between"))
    assert found == ("Failed", "Ignored", "User unknown")

    undo(mixed)
    judge()
    assert state()[:2] == wholes[2]
    undo(mixed)
    judge()
    assert state()[:2] == wholes[1]
    undo(mixed)
    judge()

    found = callbacks.standing(Message.objects.get(references__provider_id="between"))
    assert found == ("Failed", "Soft", "Not defined")
    others = Message.objects.exclude(references__provider_id="between").order_by("id")
    assert list(others.values()) == wholes[0][0]
    with pytest.raises(NotNow, match="There is no change to undo."):
        undo(mixed)
    assert callbacks.drifts() == []


def test_the_preview_of_an_undo_names_what_comes_back(mixed):
    change(mixed, HARD)
    judge()
    before = standings()

    preview = judgements.preview_undo(qualification_id=mixed.pk)
    undo(mixed)
    judge()

    after = standings()
    assert preview.moves.message_ids == {pk for pk in before if before[pk] != after[pk]}
    assert preview.moves.messages > 0


def test_a_change_for_the_future_leaves_history_and_can_be_applied_to_it_later(mixed):
    whole = state()
    change(mixed, HARD, history=False)
    judge()
    assert state()[:3] == whole[:3]

    named = judgements.preview(qualification_id=mixed.pk, wanted={}).moves.message_ids
    judgements.requalify(qualification_id=mixed.pk, by=None, at=NOON)
    before = standings()
    judge()

    after = standings()
    assert named == {pk for pk in before if before[pk] != after[pk]}
    assert len(named) == 10
    undo(mixed)
    judge()
    assert state() == whole


def test_history_that_is_judged_by_what_was_said_all_along_stays(mixed):
    whole = state()

    change(mixed, {}, history=True)
    judge()

    done = Judgement.objects.get()
    assert (done.state, done.examined, done.moved) == ("done", 14, 0)
    assert state() == whole
    with pytest.raises(NotNow, match="There is no change to undo."):
        judgements.preview_undo(qualification_id=mixed.pk)


def test_saying_what_is_said_already_is_no_change(mixed):
    assert change(mixed, {"status": "to_qualify"}, history=False) is None
    assert Judgement.objects.count() == 0
    assert AuditEvent.objects.count() == 0


def test_every_step_stands_in_the_journal(mixed):
    admin = get_user_model().objects.create_user("anna")
    change(mixed, HARD, by=admin)
    judge()
    undo(mixed)
    judge()
    change(mixed, {"text": "Full"}, history=False)

    lines = AuditEvent.objects.order_by("id").values_list("code", "actor", "text")
    name = f"Qualification {mixed.pk}"
    known = f"{name} (fiction, SR fiction lost|#MESSAGE#)"
    table, hard = "to qualify, soft, undefined", "keep, hard, user unknown"
    judged = f"{name}: history judged, 10 of 14 messages moved."
    assert list(lines) == [
        ("QLF-1001", "anna", f"{known}: {table} -> {hard}, history judged again."),
        ("QLF-1003", "anna", judged),
        ("QLF-1002", "", f"{known}: undone, {hard} -> {table}."),
        ("QLF-1003", "", judged),
        ("QLF-1001", "", f"{known}: {table} -> {table}."),
    ]


def test_a_preview_ends_at_its_limit_and_says_so(mixed, monkeypatch):
    monkeypatch.setattr(judging, "BATCH", 7)
    monkeypatch.setattr(judging, "MOST_EXAMINED", 7)
    half = judgements.preview(qualification_id=mixed.pk, wanted=HARD)
    monkeypatch.setattr(judging, "MOST_EXAMINED", 14)
    whole = judgements.preview(qualification_id=mixed.pk, wanted=HARD)

    assert (half.examined, half.at_least) == (7, True)
    assert (whole.examined, whole.at_least) == (14, False)


def test_a_batch_costs_the_same_statements_however_many_messages_it_holds(
    delivery, post, monkeypatch
):
    statements = Statements(monkeypatch)
    counts = []
    for size in (3, 300):
        monkeypatch.setattr(judging, "BATCH", size)
        for number in range(size + 1):
            records.message(delivery, provider_ids=(f"{size}-{number}",))
            post(id=f"{size}-{number}", word="lost", code=str(size))
        callbacks.apply_all()
        row = Qualification.objects.get(code=str(size))
        change(row, HARD)
        counts.append(statements.of(lambda: judging.work_batch(at=NOON)))
        judge()

    assert counts[0] == counts[1]
    assert counts[0] <= 30
    assert callbacks.drifts() == []


def test_a_message_whose_events_were_taken_away_meanwhile_stays_as_it_is(mixed):
    MessageEvent.objects.all().delete()
    ids = list(Message.objects.order_by("id").values_list("id", flat=True))

    batch = judging._work_out(mixed.pk, ids, [], now=judgements.said(mixed), lock=True)

    assert batch.after == batch.before
    assert len(batch.before) == len(ids)


def test_a_task_gives_way_after_a_while_and_the_next_one_goes_on(mixed, monkeypatch):
    monkeypatch.setattr(judging, "BATCH", 1)
    change(mixed, HARD)
    monkeypatch.setattr(judging, "LONGEST_SECONDS", 0.0)
    assert tasks.judge_history(reason="a word of a later version") == 0

    monkeypatch.setattr(judging, "LONGEST_SECONDS", 60.0)
    assert tasks.judge_history() == 15

    done = Judgement.objects.get()
    assert (done.state, done.examined, done.moved, done.finished_at is None) == (
        "done",
        14,
        10,
        False,
    )


def test_a_batch_that_fails_leaves_nothing_behind_and_is_done_again(mixed, monkeypatch):
    monkeypatch.setattr(judging, "BATCH", 5)
    change(mixed, HARD)
    judging.work_batch(at=NOON)
    half = state()
    with monkeypatch.context() as broken:
        broken.setattr(judging.counters, "add", lambda _deltas: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            judging.work_batch(at=NOON)
    assert state() == half
    assert Judgement.objects.get().examined == 5

    judge()

    assert Judgement.objects.get().examined == 14
    assert callbacks.drifts() == []


def test_a_second_change_is_refused_while_history_is_judged(mixed, monkeypatch):
    monkeypatch.setattr(judging, "BATCH", 5)
    change(mixed, HARD)
    judging.work_batch(at=NOON)

    for act in (lambda: change(mixed, SOFT), lambda: undo(mixed)):
        with pytest.raises(NotNow, match=r"\(5 messages so far\): try again when that is done."):
            act()
    other = Judgement.objects.get()
    other.pk, other._state.adding = other.pk + 1, True
    with pytest.raises(IntegrityError, match="history_is_judged"), transaction.atomic():
        other.save(force_insert=True)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"failure_type": 1}, ("keep", 1, 0)),
        ({"reason": 5}, ("keep", 2, 5)),
        ({"status": "ignore"}, ("ignore", 3, 0)),
        ({"status": "ignore", "reason": 6}, ("ignore", 3, 6)),
        ({"status": "to_qualify", "failure_type": 2}, ("to_qualify", 2, 0)),
        ({"text": "Full"}, ("to_qualify", 2, 0)),
    ],
)
def test_what_is_not_said_follows_from_what_is(mixed, wanted, expected):
    assert judgements.ruling(mixed, wanted)[:3] == expected


def test_an_ignored_error_stays_ignored_unless_its_type_says_otherwise(mixed):
    change(mixed, IGNORE, history=False)
    mixed.refresh_from_db()

    assert judgements.ruling(mixed, {"reason": 6})[:3] == ("ignore", 3, 6)
    assert judgements.ruling(mixed, {"failure_type": 1})[:3] == ("keep", 1, 0)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"status": "to_qualify", "failure_type": 1}, "failure_type"),
        ({"status": "to_qualify", "reason": 1}, "reason"),
        ({"status": "ignore", "failure_type": 2}, "failure_type"),
        ({"status": "keep", "failure_type": 0}, "failure_type"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_the_field(mixed, wanted, field):
    with pytest.raises(BadRuling) as refused:
        change(mixed, wanted)

    assert list(refused.value.errors) == [field]


@pytest.mark.django_db(transaction=True)
def test_a_change_waits_for_a_drain_in_flight_and_judges_what_it_wrote(delivery, post):
    for name in ("old", "new"):
        records.message(delivery, provider_ids=(name,))
    post(id="old", word="lost")
    callbacks.apply_all()
    row = Qualification.objects.get()
    post(id="new", word="lost")

    with transaction.atomic():
        drain.drain_batch(limit=10)
        changing = apart(change, row, HARD)
        until(somebody_waits)
    changing.result(PATIENCE_SECONDS)
    judge()

    assert set(MessageEvent.objects.values_list("failure_type", flat=True)) == {FailureType.HARD}
    assert callbacks.drifts() == []


@pytest.mark.django_db(transaction=True)
def test_drains_and_judgements_at_the_same_time_end_in_one_truth(delivery, post, monkeypatch):
    monkeypatch.setattr(judging, "BATCH", 10)
    for number in range(120):
        records.message(delivery, provider_ids=(f"m-{number}",))
        post(id=f"m-{number}", word="lost")
    drain.drain_batch(limit=60)
    row = Qualification.objects.get()

    def change_often():
        for wanted in (HARD, SOFT, IGNORE, HARD):
            change(row, wanted)
            while Judgement.objects.filter(state="open").exists():
                judging.work_batch(at=NOON)

    together(lambda: drain.drain(limit=5), lambda: drain.drain(limit=5), change_often)

    assert set(standings().values()) == {(30, 1, 1)}
    assert set(MessageEvent.objects.values_list("failure_type", "reason")) == {(1, 1)}
    assert callbacks.drifts() == []


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_the_second_waits_and_is_then_refused(mixed):
    with transaction.atomic():
        change(mixed, HARD)
        second = apart(change, mixed, SOFT)
        until(somebody_waits)

    assert isinstance(second.exception(PATIENCE_SECONDS), NotNow)
    assert Qualification.objects.get(pk=mixed.pk).failure_type == FailureType.HARD


WORKER = """
import django; django.setup()
from django.db import connection
from django.utils import timezone
from ingestion import judging
judging.BATCH = 5
judging.work_batch(at=timezone.now())
finish = judging.record.change
def slowly(changed):
    finish(changed)
    print("in the middle", flush=True)
    import time; time.sleep(60)
judging.record.change = slowly
judging.work_batch(at=timezone.now())
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_batch_is_taken_over(mixed, monkeypatch):
    whole = state()
    change(mixed, HARD)
    name = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout.readline() == "in the middle\n"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()

    until(lambda: judging.work_batch(at=NOON))
    judge()

    done = Judgement.objects.get()
    assert (done.state, done.examined, done.moved) == ("done", 14, 10)
    assert callbacks.drifts() == []
    undo(mixed)
    judge()
    assert state() == whole
