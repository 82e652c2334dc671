"""What is done within the database is what the folds make, whatever happened to the addresses."""

import random
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from messaging.failures import FailureType, Reason
from quarantine import bulk, importing
from quarantine.listing import Filter
from quarantine.models import Address, Fact, Incident, Watch
from tests.quarantine import histories
from tests.quarantine.histories import ALL, everything
from tests.quarantine.taking import NOW, fail, number
from tests.quarantine.test_bulk import (
    DENYLIST,
    LATER,
    QUARANTINE,
    RELEASE,
    act,
    begin,
    hear,
    standings,
    undo,
    work,
)
from tests.quarantine.test_importing import stage, take

pytestmark = pytest.mark.django_db
MUCH_LATER = LATER + timedelta(hours=1)


@pytest.fixture
def by_fold(monkeypatch):
    """Return what lets nothing be done within the database."""

    def only():
        monkeypatch.setattr("quarantine.swift.locked", lambda _ids: {})
        monkeypatch.setattr("quarantine.remains.settle", lambda _ids, **_given: set())

    return only


@pytest.fixture
def swiftly_done(monkeypatch):
    """Return the list of the numbers of addresses that were done within the database."""
    done, settle, apply = [], bulk.undoing.remains.settle, bulk.deciding.swift.apply

    def settling(ids, **given):
        found = settle(ids, **given)
        done.append((len(found), len(ids)))
        return found

    def applying(decided, **given):
        done.append((len(decided), len(ALL)))
        apply(decided, **given)

    monkeypatch.setattr("quarantine.remains.settle", settling)
    monkeypatch.setattr("quarantine.swift.apply", applying)
    return done


def draw(seed, *, minute=0, rounds=3):
    histories.draw(seed, addresses=ALL, rounds=rounds, minute=minute, hear=hear)


def tried(do):
    """Return what an act comes to, and leave all as it was before."""
    with transaction.atomic():
        found = everything(do())
        transaction.set_rollback(True)
    return found


def everybody():
    return Filter(ids=list(Address.objects.values_list("id", flat=True)))


@pytest.mark.parametrize("wanted", [RELEASE, QUARANTINE, DENYLIST])
def test_decisions_about_any_history_are_what_the_fold_makes(wanted, by_fold, swiftly_done):
    draw(1)
    row = begin(wanted, everybody())

    swift = tried(lambda: work(row))
    assert 0 < swiftly_done[0][0] < len(ALL)
    by_fold()

    assert tried(lambda: work(row)) == swift


@pytest.mark.parametrize("wanted", [RELEASE, QUARANTINE, DENYLIST])
def test_undoing_on_any_history_is_what_the_fold_makes(wanted, by_fold, swiftly_done):
    draw(2)
    row = act(wanted, everybody())
    draw(3, minute=70, rounds=2)
    hold_some()
    swiftly_done.clear()

    swift = tried(lambda: undo(row, at=MUCH_LATER))
    assert 0 < swiftly_done[0][0] < swiftly_done[0][1]
    by_fold()

    assert tried(lambda: undo(row, at=MUCH_LATER)) == swift


def test_undoing_over_runs_of_errors_is_what_the_fold_makes(by_fold, swiftly_done):
    """Errors come in runs, which successes end, or time: ten days, or thirty for a full mailbox."""
    fail_for_months(random.Random(7))
    before = standings()
    assert {standing.error_count for standing in before.values()} > set(range(9))
    row = act(RELEASE, everybody())
    histories.succeed(ALL[::7], 90)
    fail(ALL[::5], failure_type=FailureType.SOFT, reason=Reason.UNREACHABLE, minute=91)
    swiftly_done.clear()

    swift = tried(lambda: undo(row, at=MUCH_LATER))
    assert swiftly_done == [(row.changed, row.changed)]
    by_fold()

    assert tried(lambda: undo(row, at=MUCH_LATER)) == swift


def fail_for_months(chance):
    day = -100
    while day < 0:
        for failure_type, reason, share in (
            (FailureType.SOFT, Reason.UNREACHABLE, 2),
            (FailureType.SOFT, Reason.MAILBOX_FULL, 8),
            (FailureType.HARD, Reason.USER_UNKNOWN, 60),
            (FailureType.HARD, Reason.DENYLISTED, 120),
        ):
            chosen = chance.sample(ALL, k=len(ALL) // share)
            fail(chosen, failure_type=failure_type, reason=reason, minute=day * 24 * 60 - share)
        histories.succeed(chance.sample(ALL, k=len(ALL) // 6), day * 24 * 60)
        day += chance.choice((1, 2, 4, 11))


def hold_some():
    """Let an incident hold a part of the failures, of which their records know nothing yet."""
    incident = Incident.objects.create(
        account_id=1,
        state="open",
        began_at=NOW,
        failing_until=LATER,
        held_from=NOW,
        found_at=NOW,
        watch=Watch.objects.create(),
    )
    Fact.objects.filter(says=Fact.Says.FAILED, id__iregex="[37]$").update(incident=incident)


def test_an_undo_forgives_what_is_old_by_then(by_fold):
    fail([number(1)], failure_type=FailureType.SOFT, reason=Reason.UNREACHABLE)
    row = act()
    at = NOW + timedelta(days=11)

    swift = tried(lambda: undo(row, at=at))
    by_fold()

    assert tried(lambda: undo(row, at=at)) == swift
    assert {found[3] for found in swift[:1]} == {"valid"}


def test_imports_over_any_history_are_what_the_fold_makes(by_fold, swiftly_done):
    draw(4)
    chance = random.Random(5)
    table = "".join(
        f"{address},sms,{chance.choice(('quarantine', 'denylisted'))},"
        f"{chance.choice(('', 'refused'))},{chance.choice(('', 'old'))},"
        f"{chance.choice(('', '2024-05-01'))}\n"
        for address in (*ALL, *map(number, range(1_000, 1_040)))
    )
    undo(take("".join(f"{number(each)},,,,,2024-05-01\n" for each in range(1_000, 1_020))))
    row = stage(table)
    importing.confirm(act_id=row.pk, by=None, at=LATER)
    swiftly_done.clear()

    swift = tried(lambda: work(row))
    assert swiftly_done[0][0] > len(ALL) / 3
    by_fold()

    # New addresses get a new id at each try.
    assert without_ids(tried(lambda: work(row))) == without_ids(swift)


def without_ids(found):
    return sorted(
        str([value for value in row if not isinstance(value, int) or isinstance(value, bool)])
        for row in found
    )


def test_an_undo_restores_every_column_of_any_history():
    draw(6)
    before = standings()

    row = undo(act(RELEASE, everybody()))

    assert row.restored == row.changed > 0
    assert standings() == before


def test_an_import_costs_the_same_however_many_lines():
    def cost(indices):
        row = stage("".join(f"{number(each)}\n" for each in indices))
        importing.confirm(act_id=row.pk, by=None, at=LATER)
        with CaptureQueriesContext(connection) as asked:
            assert work(row).changed == len(indices)
        return len(asked)

    assert cost(range(3)) == cost(range(100, 400))
