"""Decisions about many addresses: exactly those that are found, and back exactly as it was."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingestion import erasure
from messaging.failures import FailureType, Reason
from quarantine import acts, bulk, fingerprints, forgiving, importing, optouts, undoing
from quarantine.acts import NotNow
from quarantine.bulk import Cause, Wanted
from quarantine.bulk_models import BulkMember
from quarantine.listing import Filter
from quarantine.models import Address, Change, Fact
from quarantine.standing import Standing
from quarantine.words import STOP, Said
from tests.quarantine.taking import NOW, allow, fail, number, refuse

pytestmark = pytest.mark.django_db
ALL = Filter()
RELEASE = Wanted("release", "The carrier was down")
DENYLIST = Wanted("denylist", "A list of complaints", int(Reason.REFUSED))
QUARANTINE = Wanted("quarantine", "Old numbers")
LATER = NOW + timedelta(hours=1)


def begin(wanted=RELEASE, chosen=ALL, at=LATER):
    return bulk.begin(wanted, chosen, told={}, by=None, at=at)


def work(row, at=LATER):
    """Work until nothing is left to do; return the row as it is then."""
    while bulk.work_batch(at=at, act_id=row.pk):
        pass
    row.refresh_from_db()
    return row


def act(wanted=RELEASE, chosen=ALL, at=LATER):
    return work(begin(wanted, chosen, at), at)


def undo(row, at=LATER):
    return work(bulk.undo(act_id=row.pk, by=None, at=at), at)


def decide(address, status, at, text="By hand"):
    row = Address.objects.get(address=address)
    acts.decide(address_ids=[row.pk], status=status, text=text, by=None, at=at)


def hear(address, says, at):
    word = Said(fingerprints.of_parts(address, at), says, at, says)
    optouts.hear({address: [word]}, at=at)


def standings():
    """Return how every address stands, in every column."""
    rows = Address.objects.order_by("address").values_list("address", *Standing._fields)
    return {row[0]: Standing(*row[1:]) for row in rows}


def statuses():
    return dict(Address.objects.order_by("address").values_list("address", "status"))


def test_a_release_is_done_and_undone_exactly():
    fail([number(1), number(2)])
    fail([number(3)], failure_type=FailureType.SOFT, reason=Reason.UNREACHABLE)
    fail([number(2)], minute=1)
    before = standings()
    assert set(statuses().values()) == {"quarantine", "with_errors"}

    row = act()

    assert statuses() == dict.fromkeys(map(number, (1, 2, 3)), "valid")
    assert (row.state, row.taken, row.changed, row.left_out) == ("done", 3, 3, 0)
    row = undo(row)
    assert standings() == before
    assert (row.state, row.restored, row.kept) == ("undone", 3, 0)
    assert not Fact.objects.filter(act=row).exists()
    assert not BulkMember.objects.exists()


def test_the_story_of_each_address_names_the_act():
    fail([number(1)])

    row = undo(act())

    told = list(Change.objects.filter(act=row).order_by("id"))
    assert [(one.before, one.after, one.text) for one in told] == [
        ("quarantine", "valid", "The carrier was down"),
        ("valid", "quarantine", undoing.UNDONE),
    ]


def test_an_undo_leaves_what_people_decided_since():
    fail(map(number, range(3)))
    row = act()
    decide(number(1), "denylisted", LATER + timedelta(minutes=1))

    row = undo(row, at=LATER + timedelta(minutes=2))

    assert statuses() == {
        number(0): "quarantine",
        number(1): "denylisted",
        number(2): "quarantine",
    }
    assert (row.restored, row.kept) == (2, 1)
    assert [address.address for address in undoing.kept(row, most=5)] == [number(1)]


def test_an_undo_keeps_what_became_known_since():
    """The address is as if it had never been released: with both errors, and the later STOP."""
    fail([number(1), number(2)])
    row = act()
    since = LATER + timedelta(minutes=5)
    fail([number(1)], minute=90)
    hear(number(2), STOP, since)
    assert statuses() == {number(1): "quarantine", number(2): "denylisted"}

    undo(row, at=LATER + timedelta(hours=1))

    first, second = Address.objects.order_by("address")
    assert (first.status, first.error_count, first.released_at) == ("quarantine", 2, None)
    assert (second.status, second.by_word, second.beneath) == ("denylisted", True, "quarantine")


def test_a_word_that_a_release_made_void_counts_again():
    hear(number(1), STOP, NOW)
    before = standings()

    row = act(chosen=Filter(status="denylisted"))

    assert statuses() == {number(1): "valid"}
    undo(row)
    assert standings() == before


def test_an_earlier_release_stays_when_a_later_one_is_undone():
    hear(number(1), STOP, NOW)
    decide(number(1), "valid", NOW + timedelta(minutes=1))
    fail([number(1)], minute=2)
    before = standings()

    undo(act())

    assert standings() == before
    assert before[number(1)].released_at == NOW + timedelta(minutes=1)


def test_a_release_leaves_the_denylisted_alone_unless_they_are_named():
    fail([number(1)])
    hear(number(2), STOP, NOW)
    decide(number(1), "denylisted", NOW + timedelta(minutes=1))
    fail([number(3)])

    seen = bulk.preview(ALL, action="release")

    assert (seen.count, seen.unnamed) == (1, 2)
    assert bulk.preview(Filter(status="denylisted"), action="release").count == 2
    chosen = Filter(ids=list(Address.objects.values_list("id", flat=True)))
    assert bulk.preview(chosen, action="release").count == 3
    act()
    assert set(statuses().values()) == {"denylisted", "valid"}


def test_what_is_so_already_is_no_candidate():
    fail([number(1)])
    fail([number(2)], failure_type=FailureType.SOFT)
    hear(number(3), STOP, NOW)

    assert [row.address for row in bulk.preview(ALL, action="quarantine").sample] == [number(2)]
    assert act(QUARANTINE).changed == 1
    # A word can be lifted by its holder, a decision only by a person.
    assert bulk.preview(ALL, action="denylist").count == 3
    row = act(DENYLIST, at=LATER + timedelta(minutes=1))
    assert bulk.preview(ALL, action="denylist").count == 0
    assert set(Address.objects.values_list("status", "by_word", "reason")) == {
        ("denylisted", False, int(Reason.REFUSED))
    }
    undo(row, at=LATER + timedelta(minutes=2))
    assert statuses() == {
        number(1): "quarantine",
        number(2): "quarantine",
        number(3): "denylisted",
    }


def test_a_preview_tells_how_many_and_why():
    fail([number(1), number(2)])
    fail([number(3)], reason=Reason.ACCOUNT_DISABLED, delivery_id=8)

    seen = bulk.preview(ALL, action="release")

    assert seen.count == 3
    assert seen.causes == [
        Cause("quarantine", int(Reason.USER_UNKNOWN), 7, 2),
        Cause("quarantine", int(Reason.ACCOUNT_DISABLED), 8, 1),
    ]
    assert len(bulk.preview(Filter(prefix="+39333"), action="release").sample) == 3


def test_what_was_decided_between_taking_and_working_is_left_out():
    fail(map(number, range(4)))
    row = begin()
    decide(number(0), "valid", LATER + timedelta(seconds=1))
    decide(number(1), "denylisted", LATER + timedelta(seconds=1))
    erasure.forget(address=number(2), by=None, at=LATER)

    row = work(row, at=LATER + timedelta(seconds=2))

    assert (row.taken, row.changed, row.left_out) == (4, 1, 3)
    assert statuses() == {number(0): "valid", number(1): "denylisted", number(3): "valid"}


def test_who_enters_after_the_taking_is_not_among_them():
    fail([number(1)])
    row = begin()
    fail([number(2)])

    assert work(row).changed == 1
    assert statuses()[number(2)] == "quarantine"


def test_erased_addresses_are_decided_on_one_by_one():
    fail([number(1)])
    decide(number(1), "denylisted", NOW)
    erasure.forget(address=number(1), by=None, at=NOW)

    assert bulk.preview(Filter(status="denylisted"), action="release").count == 0


def test_an_address_that_is_erased_before_the_undo_stays_erased():
    fail([number(1), number(2)])
    row = act(DENYLIST)
    erasure.forget(address=number(1), by=None, at=LATER)

    row = undo(row)

    assert statuses() == {"": "denylisted", number(2): "quarantine"}
    assert row.restored == 1


def test_an_act_is_undone_once_when_it_is_done_and_in_time():
    fail([number(1)])
    row = begin()
    with pytest.raises(NotNow, match="under way"):
        bulk.undo(act_id=row.pk, by=None, at=LATER)
    work(row)
    with pytest.raises(NotNow, match="30 days"):
        bulk.undo(act_id=row.pk, by=None, at=LATER + timedelta(days=30, seconds=1))
    undo(row, at=LATER + timedelta(days=30))
    with pytest.raises(NotNow, match="undone already"):
        bulk.undo(act_id=row.pk, by=None, at=LATER)


def test_facts_stay_as_long_as_an_act_can_be_undone():
    """The messages of these tests have the oldest ids there are."""
    fail([number(1)])
    before = standings()
    row = act()

    assert forgiving.drop_old_facts(at=LATER + timedelta(days=29)) == 0
    undo(row, at=LATER + timedelta(days=29))
    assert standings() == before


def test_facts_go_once_it_cannot_be_undone():
    fail([number(1)])
    act()

    assert forgiving.drop_old_facts(at=LATER + timedelta(days=40)) == 1


def test_two_acts_at_once_are_worked_on_by_their_turn():
    fail(map(number, range(2)))
    first, second = begin(chosen=Filter(prefix=number(0))), begin(chosen=Filter(prefix=number(1)))

    assert bulk.work_batch(at=LATER).pk == first.pk
    assert bulk.work_batch(at=LATER).pk == second.pk
    assert bulk.work_batch(at=LATER) is None


def try_till_it_fails(row):
    """Work on an act as the worker does, until it is given up."""
    for tries in range(bulk.MOST_TRIES):
        bulk.work_batch(at=LATER + tries * bulk.TRIED_AGAIN_AFTER)
    row.refresh_from_db()
    return row


def test_an_act_that_fails_each_time_lets_others_go_first_and_is_given_up():
    fail(map(number, range(2)))
    bad, good = begin(chosen=Filter(prefix=number(0))), begin(chosen=Filter(prefix=number(1)))
    refuse(number(0))

    turns = [bulk.work_batch(at=LATER) for _turn in range(3)]

    assert [turn and (turn.pk, turn.state) for turn in turns] == [
        (bad.pk, "open"), (good.pk, "done"), None,
    ]  # fmt: skip
    for tries in range(1, bulk.MOST_TRIES):
        assert bulk.work_batch(at=LATER + tries * bulk.TRIED_AGAIN_AFTER).tries == tries + 1
    bad.refresh_from_db()
    assert (bad.state, bad.changed, bad.finished_at > LATER) == ("failed", 0, True)
    assert bad.error == "InternalError: no room for +39 ••• ••• 000"
    assert statuses() == {number(0): "quarantine", number(1): "valid"}
    assert bulk.work_batch(at=LATER + timedelta(days=1)) is None
    with pytest.raises(NotNow, match="nothing to undo"):
        bulk.undo(act_id=bad.pk, by=None, at=LATER)


def test_what_an_act_did_before_it_failed_can_be_undone(monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 1)
    fail(map(number, range(2)))
    before = standings()
    refuse(number(1))
    row = begin()
    assert bulk.work_batch(at=LATER).changed == 1

    row = try_till_it_fails(row)

    assert (row.state, row.taken, row.changed) == ("failed", 2, 1)
    assert statuses() == {number(0): "valid", number(1): "quarantine"}
    row = undo(row)
    assert (row.state, row.error, row.restored) == ("undone", "", 1)
    assert not BulkMember.objects.exists()
    assert standings() == before


def test_an_undo_that_failed_is_begun_again():
    fail([number(1)])
    row = act()
    refuse(number(1))
    bulk.undo(act_id=row.pk, by=None, at=LATER)
    assert try_till_it_fails(row).state == "failed"
    assert statuses() == {number(1): "valid"}
    allow()

    row = undo(row)

    assert (row.state, row.restored) == ("undone", 1)
    assert statuses() == {number(1): "quarantine"}


def test_an_act_goes_on_where_its_fault_was_mended():
    fail([number(1)])
    row = begin()
    refuse(number(1))
    bulk.work_batch(at=LATER)
    allow()

    assert bulk.work_batch(at=LATER) is None
    row = work(row, at=LATER + bulk.TRIED_AGAIN_AFTER)
    assert (row.state, row.tries, row.error) == ("done", 0, "")


def test_an_import_that_fails_takes_nothing():
    fail([number(1)], failure_type=FailureType.SOFT)
    table = io.BytesIO(f"{number(0)}\n{number(1)}\n".encode())
    row = importing.stage(table, usual="quarantine", text="", by=None, at=LATER)
    importing.confirm(act_id=row.pk, by=None, at=LATER)
    refuse(number(1))

    row = try_till_it_fails(row)

    assert (row.state, row.changed) == ("failed", 0)
    assert statuses() == {number(1): "with_errors"}


def test_a_batch_costs_the_same_however_many_addresses(monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 500)
    fail(map(number, range(3)))
    small = _costs()
    fail(map(number, range(100, 500)))

    assert _costs() == small


def test_the_next_addresses_are_one_range_of_the_key():
    fail([number(1)])
    row = begin()
    with CaptureQueriesContext(connection) as told:
        bulk.work_batch(at=LATER, act_id=row.pk)

    (taking,) = [query["sql"] for query in told if "DELETE FROM quarantine_bulkm" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {taking}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    # Of an act that is in no statistics yet a join would compare each with each.
    assert "Join" not in plan
    assert "address_id <=" in plan


def _costs():
    """Return what a whole act and its undo cost, in statements."""
    with CaptureQueriesContext(connection) as asked:
        row = undo(act())
    assert row.restored == row.changed == row.taken
    return len(asked)


@pytest.mark.slow
def test_thousands_are_released_and_restored_batch_by_batch(monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 1_000)
    fail(map(number, range(5_000)))
    before = standings()

    row = act()

    assert (row.taken, row.changed, row.left_out) == (5_000, 5_000, 0)
    assert not Address.objects.exclude(status="valid").exists()
    row = undo(row)
    assert (row.restored, row.kept) == (5_000, 0)
    assert standings() == before
