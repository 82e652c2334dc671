"""Outcomes: every cut of the counters, with one query for any number of deliveries."""

import pytest

from deliveries import outcomes as read
from deliveries.outcomes import Outcomes
from deliveries.shortfall import Change, Tally
from messaging.failures import FailureType, Reason
from messaging.statuses import MessageStatus
from tests import records
from tests.deliveries import outcomes
from tests.records import NOON

pytestmark = pytest.mark.django_db


def test_messages_are_cut_by_everything_that_is_counted():
    delivery = records.delivery()
    records.message(delivery, country="IT", network="22201", address="+393471234567",
                    status=MessageStatus.DELIVERED, delivered_at=NOON)  # fmt: skip
    records.message(delivery, country="IT", address="+393471234568", status=MessageStatus.FAILED,
                    failure_type=FailureType.SOFT, reason=Reason.UNREACHABLE,
                    qualification_id=77)  # fmt: skip
    records.message(delivery, country="FR", address="+33612345678")

    found = read.of(accounts={delivery.pk: delivery.account_id})

    assert found.total == Tally(1, 1, 1)
    assert {name: found.of(name) for name in (*read.PLACES, *read.CAUSES)} == {
        "country": {"IT": Tally(1, 1), "FR": Tally(others=1)},
        "network": {"22201": Tally(1), "": Tally(0, 1, 1)},
        "prefix": {"+39347": Tally(1, 1)},
        "account": {str(delivery.account_id): Tally(1, 1, 1)},
        "reason": {"3": Tally(failed=1)},
        "code": {"77": Tally(failed=1)},
    }
    assert found.latency == {0: 1}


def test_deliveries_are_added_up_with_one_query(django_assert_num_queries):
    one, other = outcomes.delivery(), outcomes.delivery()
    for delivery in (one, other):
        outcomes.count(delivery, delivered=3, failed=1)
    outcomes.count(outcomes.delivery(), delivered=100)

    with django_assert_num_queries(1):
        found = read.of(accounts={one.pk: one.account_id, other.pk: other.account_id})

    assert found.total == Tally(6, 2)
    assert found.of("account") == {
        str(one.account_id): Tally(3, 1),
        str(other.account_id): Tally(3, 1),
    }


def test_no_deliveries_have_no_outcomes():
    found = read.of(accounts={})

    assert (found.total, found.of("country"), found.latency) == (Tally(), {}, {})


def test_a_slice_that_is_only_on_one_side_is_nothing_on_the_other():
    now = read.Outcomes(slices={"country": {"IT": Tally(1)}})
    usual = read.Outcomes(slices={"country": {"FR": Tally(2)}})

    assert read.changes(now, usual, ["country"]) == {
        "country": {"IT": Change(Tally(1), Tally()), "FR": Change(Tally(), Tally(2))}
    }


class Watched(dict):
    """Slices that count how often all of them are looked through."""

    looks = 0

    def items(self):
        self.looks += 1
        return super().items()


def test_thousands_of_slices_are_looked_through_once():
    slices = Watched({str(key): Tally(failed=1) for key in range(1_000)})
    now = Outcomes(total=Tally(failed=1_000), slices={"code": slices})

    changed = read.changes(now, Outcomes(), ["code"])["code"]

    assert len(changed) == 1_000
    assert slices.looks == 1
