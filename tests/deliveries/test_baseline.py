"""The baseline: which deliveries an account, or a period, is measured against."""

from datetime import timedelta

import pytest

from deliveries import baseline
from deliveries.baseline import Chosen
from messaging.statuses import DeliveryStatus
from tests import records
from tests.deliveries.outcomes import delivery
from tests.records import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_delivery_is_measured_against_finished_ones_of_its_account_before_it():
    account = records.account()
    shown = delivery(account=account)
    before = [delivery(account=account, contact_date=NOON - DAY * days) for days in (2, 1)]
    delivery(account=account, contact_date=NOON + DAY)
    delivery(account=account, contact_date=NOON - DAY * 91)
    delivery(account=account, contact_date=NOON - DAY, status=DeliveryStatus.IN_PROGRESS)
    delivery(account=account, contact_date=NOON - DAY, channel="email")
    delivery(contact_date=NOON - DAY)

    found = baseline.of_delivery(shown)

    assert list(found.accounts) == [before[1].pk, before[0].pk]
    assert (found.since, found.until) == (NOON - DAY * 2, NOON - DAY)


def test_only_the_last_thirty_count():
    account = records.account()
    shown = delivery(account=account)
    made = [delivery(account=account, contact_date=NOON - DAY * days) for days in range(1, 33)]

    found = baseline.of_delivery(shown)

    assert list(found.accounts) == [one.pk for one in made[: baseline.LAST]]
    assert found.all


def test_a_draft_is_measured_against_nothing(django_assert_num_queries):
    draft = delivery(contact_date=None, status=DeliveryStatus.EDITING)

    with django_assert_num_queries(0):
        assert baseline.of_delivery(draft) == Chosen({})


def test_a_period_holds_what_has_begun_in_it():
    inside = delivery(status=DeliveryStatus.IN_PROGRESS)
    delivery(contact_date=NOON - DAY * 8)
    delivery(status=DeliveryStatus.EDITING)

    found = baseline.period(since=NOON - DAY * 7, account_id=None)

    assert found == Chosen({inside.pk: inside.account_id}, NOON, NOON, all=True)


def test_a_period_is_measured_against_the_finished_deliveries_of_90_days_before():
    since = NOON - DAY * 7
    before = delivery(contact_date=since - DAY * 89)
    delivery(contact_date=since - DAY * 91)
    delivery(contact_date=since - DAY, status=DeliveryStatus.CANCELLED)
    delivery()

    assert list(baseline.of_period(since=since, account_id=None).accounts) == [before.pk]


def test_both_can_be_of_one_account():
    one, _other = delivery(), delivery()
    since = NOON - DAY

    assert list(baseline.period(since=since, account_id=one.account_id).accounts) == [one.pk]
    found = baseline.of_period(since=NOON + DAY, account_id=one.account_id)
    assert list(found.accounts) == [one.pk]


def test_more_deliveries_than_are_read_are_told(monkeypatch):
    monkeypatch.setattr(baseline, "MOST", 2)
    made = [delivery(contact_date=NOON - DAY * days) for days in range(3)]

    found = baseline.period(since=NOON - DAY * 7, account_id=None)

    assert list(found.accounts) == [made[0].pk, made[1].pk]
    assert not found.all
