"""A decision about many addresses that failed goes on from where it stopped."""

import io
from datetime import timedelta

import pytest

from quarantine import bulk, importing, resuming
from quarantine.acts import NotNow
from quarantine.bulk_models import BulkMember, ImportLine
from quarantine.models import Fact
from quarantine.resuming import KEPT_FOR
from tests.quarantine.taking import allow, fail, number, refuse
from tests.quarantine.test_bulk import (
    LATER,
    begin,
    decide,
    statuses,
    try_till_it_fails,
    undo,
    work,
)
from tests.threads import together

pytestmark = pytest.mark.django_db
AFTER = LATER + timedelta(hours=1)


@pytest.fixture
def half_done(monkeypatch):
    """Return a release that failed at the second of three addresses, whose cause is mended."""
    monkeypatch.setattr(bulk, "BATCH", 1)
    fail(map(number, range(3)))
    refuse(number(1))
    row = begin()
    assert bulk.work_batch(at=LATER).changed == 1
    row = try_till_it_fails(row)
    assert row.state == "failed"
    allow()
    return row


def test_it_goes_on_with_the_rest_and_each_address_is_decided_on_once(half_done):
    row = work(resuming.try_again(act_id=half_done.pk), AFTER)

    assert (row.state, row.taken, row.changed, row.left_out) == ("done", 3, 3, 0)
    assert (row.tries, row.error, row.finished_at) == (0, "", AFTER)
    assert set(statuses().values()) == {"valid"}
    assert Fact.objects.filter(act=row, at=LATER).count() == 3
    undo(row)
    assert set(statuses().values()) == {"quarantine"}


def test_who_was_decided_on_or_failed_since_is_not_as_of_now(half_done):
    decide(number(1), "denylisted", LATER + timedelta(minutes=1))
    fail([number(2)], minute=90)

    row = work(resuming.try_again(act_id=half_done.pk), AFTER)

    assert (row.state, row.changed, row.left_out) == ("done", 2, 1)
    assert statuses() == {
        number(0): "valid",
        number(1): "denylisted",
        number(2): "quarantine",
    }


def test_one_that_fails_again_can_be_tried_once_more(half_done):
    refuse(number(2))
    resuming.try_again(act_id=half_done.pk)
    assert bulk.work_batch(at=LATER).changed == 2
    row = try_till_it_fails(half_done)
    assert (row.state, row.changed, row.tries) == ("failed", 2, bulk.MOST_TRIES)
    allow()

    assert work(resuming.try_again(act_id=row.pk), AFTER).changed == 3


def test_an_import_that_failed_takes_all_its_lines():
    table = io.BytesIO(f"{number(0)}\n{number(1)}\nnonsense\n".encode())
    fail([number(1)], reason=1, failure_type=2)
    row = importing.stage(table, usual="quarantine", text="", by=None, at=LATER)
    importing.confirm(act_id=row.pk, by=None, at=LATER)
    refuse(number(1))
    try_till_it_fails(row)
    allow()

    row = work(resuming.try_again(act_id=row.pk), AFTER)

    assert (row.state, row.changed, row.bad) == ("done", 2, 1)
    assert statuses() == {number(0): "quarantine", number(1): "quarantine"}
    assert not ImportLine.objects.filter(fault="").exists()


def test_what_has_not_failed_or_is_undone_is_not_tried_again(half_done):
    fail([number(9)])
    done = work(begin())
    for row, refusal in ((done, "not failed"), (undo(half_done), "not failed")):
        with pytest.raises(NotNow, match=refusal):
            resuming.try_again(act_id=row.pk)
    assert not BulkMember.objects.exists()


def test_an_undo_that_failed_is_undone_again_instead(half_done):
    refuse(number(0))
    bulk.undo(act_id=half_done.pk, by=None, at=LATER)
    try_till_it_fails(half_done)

    with pytest.raises(NotNow, match="undo it again"):
        resuming.try_again(act_id=half_done.pk)


def test_what_is_left_is_kept_for_a_month(half_done):
    resuming.drop_old(at=half_done.finished_at + KEPT_FOR)
    assert BulkMember.objects.count() == 2

    resuming.drop_old(at=half_done.finished_at + KEPT_FOR + timedelta(seconds=1))

    assert not BulkMember.objects.exists()
    with pytest.raises(NotNow, match="no longer kept"):
        resuming.try_again(act_id=half_done.pk)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_is_told_that_it_goes_on(half_done):
    def press():
        try:
            return resuming.try_again(act_id=half_done.pk).state
        except NotNow as refusal:
            return str(refusal)

    assert sorted(together(press, press)) == [
        "It has not failed: there is nothing to try again.",
        "open",
    ]
    assert work(half_done, AFTER).changed == 3
