"""Qualifying: every failure belongs to a qualification, which says what is in force for it."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from deliveries.models import Counter, Message, MessageEvent
from ingestion import drain, qualifying, reading, replay
from ingestion.replay import ReplayFilter
from messaging.failures import FailureClass, FailureType, Reason
from messaging.statuses import MessageStatus
from providers.models import Qualification
from tests import records
from tests.ingestion import callbacks
from tests.records import NOON
from tests.threads import PATIENCE_SECONDS, apart, together
from tests.waiting import somebody_waits, until

pytestmark = pytest.mark.django_db

FAILED = MessageStatus.FAILED
KEEP, IGNORE, TO_QUALIFY = (
    Qualification.Status.KEEP,
    Qualification.Status.IGNORE,
    Qualification.Status.TO_QUALIFY,
)


@pytest.fixture
def tell(post):
    """Post one callback and apply it."""

    def told(**said):
        post(**said)
        callbacks.apply_all()

    return told


def judged(row, *, status=KEEP, failure_type=FailureType.HARD, reason=Reason.USER_UNKNOWN):
    """Say what an error means from now on."""
    Qualification.objects.filter(pk=row.pk).update(
        status=status, failure_type=failure_type, reason=reason
    )


def heard():
    entries = replay.inbox.load(dict.fromkeys(callbacks.entry_ids(), (0, False)))
    return reading.read(entries).heard


def test_a_code_in_no_table_waits_to_be_qualified_and_means_what_it_did(message, tell):
    tell(id="m", word="lost", text="No such route")

    row = Qualification.objects.get()
    assert (row.kind, row.key, row.code) == ("fiction", "SR fiction lost|#MESSAGE#", "lost")
    assert (row.status, row.text, row.first_text) == (TO_QUALIFY, "", "No such route")
    assert (row.failure_type, row.reason) == (FailureType.SOFT, Reason.UNDEFINED)
    assert (row.default_failure_type, row.default_reason) == (FailureType.SOFT, Reason.UNDEFINED)
    assert MessageEvent.objects.get().qualification_id == row.pk
    assert Message.objects.get().qualification_id == row.pk
    assert callbacks.standing(message) == ("Failed", "Soft", "Not defined")
    assert callbacks.drifts() == []


def test_a_code_that_the_table_sorts_is_kept_as_it_says(message, tell, table):
    table["gone"] = (FAILED, FailureClass.USER_UNKNOWN)

    tell(id="m", word="gone")

    row = Qualification.objects.get()
    assert (row.status, row.failure_type, row.reason) == (
        KEEP,
        FailureType.HARD,
        Reason.USER_UNKNOWN,
    )


def test_a_code_that_the_table_lists_without_a_class_is_kept():
    account = records.account(kind="kannel")
    delivery = records.delivery(account=account)
    for number, said in enumerate(["reply=NACK/0x00000045/x", "error=012"]):
        records.message(delivery, provider_ids=(f"m-{number}",))
        query = f"id=m-{number}&status=2&{said}"
        callbacks.inbox.store([callbacks.raw(account, b"", query=query)])

    callbacks.apply_all()

    found = dict(Qualification.objects.values_list("code", "status"))
    assert found == {"0x00000045": KEEP, "012": TO_QUALIFY}


def test_a_failure_of_no_class_waits_to_be_qualified_whatever_its_code(message, tell, table):
    table["lost"] = (FAILED, None)

    tell(id="m", word="lost")

    row = Qualification.objects.get()
    assert (row.status, row.failure_type) == (TO_QUALIFY, FailureType.UNDEFINED)
    assert callbacks.standing(message) == ("Failed", "Not defined", "Not defined")


def test_without_a_code_the_text_tells(delivery, message, tell):
    tell(id="m", word="lost", code="", text="No route to +393331234567")
    tell(id="m", word="lost", code="", text="No route to +393337654321")
    tell(id="m", word="lost", code="", text="Blocked")

    rows = Qualification.objects.order_by("id")
    assert [row.key for row in rows] == ["SR fiction No route to *", "SR fiction Blocked"]
    assert rows[0].first_text == "No route to +39 ••• ••• 567"


def test_what_says_neither_code_nor_text_has_no_qualification(message, tell):
    tell(id="m", word="lost", code="")

    assert Qualification.objects.count() == 0
    assert MessageEvent.objects.get().qualification_id is None
    assert callbacks.standing(message) == ("Failed", "Soft", "Not defined")
    assert callbacks.drifts() == []


def test_what_did_not_fail_has_no_qualification(message, tell):
    tell(id="m", word="sent")
    tell(id="m", word="done")

    assert Qualification.objects.count() == 0


def test_a_code_that_its_table_sorts_anew_is_another_qualification(message, tell, table):
    tell(id="m", word="lost")
    table["lost"] = (FAILED, FailureClass.USER_UNKNOWN)

    replay.replay(chosen=ReplayFilter(), dry_run=False, by=None, at=NOON)

    assert [(row.key, row.default_failure_type) for row in Qualification.objects.order_by("id")] \
        == [("SR fiction lost|#MESSAGE#", 2), ("SR fiction lost|#MESSAGE#", 1)]  # fmt: skip
    assert callbacks.drifts() == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"status": KEEP}, ("Failed", "Hard", "User unknown")),
        (
            {"status": IGNORE, "failure_type": FailureType.IGNORED, "reason": Reason.REFUSED},
            ("Failed", "Ignored", "Refused"),
        ),
    ],
)
def test_what_somebody_said_is_in_force_for_what_comes_next(delivery, tell, given, expected):
    old, new = (records.message(delivery, provider_ids=(name,)) for name in ("old", "new"))
    tell(id="old", word="lost")
    judged(Qualification.objects.get(), **given)

    tell(id="new", word="lost")

    assert callbacks.standing(old) == ("Failed", "Soft", "Not defined")
    assert callbacks.standing(new) == expected
    assert Qualification.objects.count() == 1
    assert callbacks.drifts() == []


def test_a_replay_says_what_is_in_force_now_and_its_preview_makes_no_rows(message, post, table):
    post(id="m", word="odd")
    callbacks.apply_all()
    table["odd"] = (FAILED, FailureClass.UNDEFINED)

    preview = replay.replay(chosen=ReplayFilter(), dry_run=True, by=None, at=NOON)

    assert Qualification.objects.count() == 0
    assert replay.replay(chosen=ReplayFilter(), dry_run=False, by=None, at=NOON) == preview
    judged(Qualification.objects.get())
    assert replay.replay(chosen=ReplayFilter(), dry_run=False, by=None, at=NOON).moved == 1
    assert callbacks.standing(message) == ("Failed", "Hard", "User unknown")
    assert callbacks.drifts() == []


def test_each_message_counts_for_the_qualification_that_decides_it(delivery, tell, table):
    table["gone"] = (FAILED, FailureClass.USER_UNKNOWN)
    for name in ("a", "b", "c"):
        records.message(delivery, provider_ids=(name,))
    tell(id="a", word="lost")
    tell(id="b", word="lost")
    tell(id="b", word="gone")
    tell(id="c", word="lost")
    tell(id="c", word="done")

    rows = {row.code: str(row.pk) for row in Qualification.objects.all()}
    counted = {}
    for row in Counter.objects.filter(figure="error"):
        counted[row.key] = counted.get(row.key, 0) + row.value
    assert counted == {rows["lost"]: 1, rows["gone"]: 1}
    assert callbacks.drifts() == []


def test_a_parked_callback_makes_no_qualification_before_its_message_is_known(delivery, tell):
    tell(id="later", word="lost")
    assert Qualification.objects.count() == 0

    callbacks.register(delivery, {"address": "+393331234567", "provider_message_id": "later"})
    callbacks.apply_all()

    assert Qualification.objects.count() == 1


def test_a_look_takes_one_statement_and_what_is_new_another(post):
    for number in range(20):
        post(id="m", word="lost", code=str(number % 10))
    reports = heard()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            qualifying.verdicts(reports, at=NOON, lock=True)
        counts.append(len(queries))

    assert counts == [2, 1]
    with CaptureQueriesContext(connection) as queries:
        assert qualifying.verdicts([], at=NOON, lock=True) == {}
    assert len(queries) == 0


@pytest.mark.django_db(transaction=True)
def test_drains_at_the_same_time_make_each_qualification_once(delivery, post):
    for number in range(120):
        records.message(delivery, provider_ids=(f"m-{number}",))
        post(id=f"m-{number}", word="lost", code=str((number * 7) % 12))

    together(*[lambda: drain.drain(limit=20)] * 4)

    assert Qualification.objects.count() == 12
    assert Message.objects.filter(qualification_id=None).count() == 0
    assert callbacks.drifts() == []


@pytest.mark.django_db(transaction=True)
def test_a_drain_waits_for_a_change_and_goes_by_it(delivery, post):
    for name in ("old", "new"):
        records.message(delivery, provider_ids=(name,))
    post(id="old", word="lost")
    callbacks.apply_all()
    row = Qualification.objects.get()
    post(id="new", word="lost")

    with transaction.atomic():
        Qualification.objects.select_for_update().get(pk=row.pk)
        draining = apart(drain.drain)
        until(somebody_waits)
        judged(row)
    draining.result(PATIENCE_SECONDS)

    found = MessageEvent.objects.order_by("id").values_list("failure_type", flat=True)
    assert list(found) == [FailureType.SOFT, FailureType.HARD]
