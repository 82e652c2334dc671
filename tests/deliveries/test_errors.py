"""The analysis of errors: rates, shares and differences of every slice, from counters alone."""

from datetime import timedelta

import pytest

from deliveries import errors
from deliveries.errors import Row
from deliveries.shortfall import Tally
from messaging.failures import Reason
from tests import records
from tests.deliveries import outcomes
from tests.records import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def account(db):
    return records.account()


@pytest.fixture
def delivery(account):
    """A delivery that fell in one prefix, and one before it that did not."""
    before = outcomes.delivery(account=account, contact_date=NOON - DAY)
    made = outcomes.delivery(account=account)
    for prefix in ("+39333", "+39347"):
        outcomes.count(before, prefix=prefix, delivered=930, failed=70)
    outcomes.count(made, prefix="+39333", delivered=465, failed=35)
    outcomes.count(made, prefix="+39347", delivered=250, failed=35)
    outcomes.count(made, prefix="+39347", failed=215, qualification_id=7, reason=Reason.REFUSED)
    return made


def rows(found, by, *, sees_addresses=True):
    return found.rows(by, sees_addresses=sees_addresses)


def test_a_place_fails_so_often_of_its_own_messages(delivery):
    found = rows(errors.of_delivery(delivery), "prefix")

    assert found == [
        Row(
            "+39347", Tally(250, 250), rate=0.5, share=250 / 285, difference=0.5 - 0.07, worse=True
        ),
        Row("+39333", Tally(465, 35), rate=0.07, share=35 / 285, difference=0.0, worse=False),
    ]


def test_a_cause_fails_so_often_of_all_messages(delivery):
    found = rows(errors.of_delivery(delivery), "reason")

    assert [(row.key, row.tally.failed, row.rate) for row in found] == [
        (str(int(Reason.REFUSED)), 215, 0.215),
        (str(int(Reason.UNREACHABLE)), 70, 0.07),
    ]
    assert [(row.difference, row.worse) for row in found] == [(0.215, True), (0.0, False)]


def test_what_explains_a_drop_is_told_with_its_code(delivery):
    found = errors.of_delivery(delivery).shortfall()

    assert (found.place.dimension, found.place.key) == ("prefix", "+39347")
    assert (found.cause.dimension, found.cause.key) == ("code", "7")


def test_without_a_baseline_there_are_no_differences(account):
    made = outcomes.delivery(account=account)
    outcomes.count(made, delivered=50, failed=50)
    found = errors.of_delivery(made)

    assert [row.difference for row in rows(found, "country")] == [None]
    assert found.shortfall() is None


def test_a_slice_without_any_end_has_no_rate(account):
    made = outcomes.delivery(account=account)
    records.message(made, country="IT")

    assert rows(errors.of_delivery(made), "country") == [
        Row("IT", Tally(others=1), 0, 0, None, worse=False)
    ]


def test_who_sees_no_addresses_sees_the_prefixes_of_few_together(account):
    made = outcomes.delivery(account=account)
    for prefix, number in (("+39333", 20), ("+39347", 19), ("+39348", 1)):
        outcomes.count(made, prefix=prefix, delivered=number - 1, failed=1)
    found = errors.of_delivery(made)

    masked = rows(found, "prefix", sees_addresses=False)

    assert [(row.key, row.tally.messages) for row in masked] == [("", 20), ("+39333", 20)]
    assert len(rows(found, "prefix")) == 3


@pytest.mark.parametrize("number", [1, 3])
def test_an_analysis_costs_as_many_queries_for_any_number_of_deliveries(
    account, number, django_assert_num_queries
):
    for day in range(number):
        outcomes.count(outcomes.delivery(account=account, contact_date=NOON - DAY * day), failed=1)
        outcomes.count(outcomes.delivery(contact_date=NOON - DAY * (10 + day)), failed=1)

    with django_assert_num_queries(4):
        found = errors.across(days=7, account_id=None, at=NOON)

    assert (found.now.total.failed, found.usual.total.failed) == (number, number)


def test_a_period_can_be_of_one_account(account):
    outcomes.count(outcomes.delivery(account=account), failed=2)
    outcomes.count(outcomes.delivery(), failed=3)

    found = errors.across(days=28, account_id=account.pk, at=NOON)

    assert [row.key for row in rows(found, "account")] == [str(account.pk)]
    assert found.now.total.failed == 2
