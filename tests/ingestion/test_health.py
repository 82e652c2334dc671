"""Sums of what was counted, and what lies aside."""

from datetime import timedelta

import pytest

from ingestion import figures, health
from ingestion.models import HeldCallback, ReceiptCounter
from tests import records
from tests.records import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(db):
    return records.account()


def count(account, figure, value, *, hours=0, key=""):
    bucket = NOON - timedelta(hours=hours)
    ReceiptCounter.objects.create(
        account=account, figure=figure, key=key, bucket=bucket, value=value
    )


def hold(account, entry_id, **fields):
    made = {"state": "dead", "body": b"", "received_at": NOON} | fields
    HeldCallback.objects.create(account=account, entry_id=entry_id, **made)


def summed(account, *, hours):
    since = None if hours is None else NOON - timedelta(hours=hours)
    recent = NOON - timedelta(hours=24)
    return health.sums(account_ids=[account.pk], since=since, recent=recent)[account.pk]


def test_sums_are_told_since_an_hour_and_of_the_last_day(account):
    count(account, figures.RECEIVED, 5)
    count(account, figures.RECEIVED, 7, hours=30)
    count(account, figures.PROOF, 3, key="none")
    count(account, figures.LAG, 2, key="60")

    whole, recent = summed(account, hours=48)

    assert (whole.plain["received"], recent.plain["received"]) == (12, 5)
    assert (recent.verified, recent.proofs, recent.lags) == (2, {"none": 3}, {"60": 2})


def test_the_last_day_is_told_whatever_the_span(account):
    count(account, figures.RECEIVED, 5, hours=20)
    count(account, figures.RECEIVED, 7, hours=900)

    assert [sums.plain["received"] for sums in summed(account, hours=1)] == [0, 5]
    assert [sums.plain["received"] for sums in summed(account, hours=None)] == [12, 5]


@pytest.mark.parametrize(
    ("lags", "bounds"),
    [
        ({}, (None, None, None)),
        ({"1": 1}, (1, 1, 1)),
        ({"1": 50, "60": 45, "300": 5}, (1, 60, 300)),
        ({"2": 1, "more": 1}, (2, 0, 0)),
    ],
)
def test_a_percentile_is_the_bound_that_so_many_reports_keep(lags, bounds):
    percents = health.PERCENTILES

    assert tuple(health.percentile(lags, percent=percent) for percent in percents) == bounds


def test_what_lies_aside_is_counted_by_account(account):
    other = records.account()
    hold(account, 1)
    hold(account, 2, state="parked", provider_id="m")
    hold(account, 3, state="discarded")
    hold(other, 4)

    found = health.held(account_ids=[account.pk, other.pk])

    assert found == {account.pk: (1, 1), other.pk: (0, 1)}


def test_the_most_frequent_cause_comes_first(account):
    for number, cause in enumerate(("id: missing", "not valid JSON", "not valid JSON")):
        hold(account, number, error=cause)
    hold(records.account(), 9, error="elsewhere")

    assert health.causes(account_id=account.pk) == [("not valid JSON", 2), ("id: missing", 1)]


def test_what_happened_is_told_by_hour_and_by_day(account):
    count(account, figures.RECEIVED, 5)
    count(account, figures.DEAD, 1, hours=3)
    count(account, figures.RECEIVED, 7, hours=30)
    since = NOON - timedelta(hours=24)

    hours = health.over_time(account_id=account.pk, since=since, by_day=False)
    days = health.over_time(account_id=account.pk, since=None, by_day=True)

    assert hours == {NOON: {"received": 5}, NOON - timedelta(hours=3): {"dead": 1}}
    midnight = NOON - timedelta(hours=12)
    assert days == {
        midnight: {"received": 5, "dead": 1},
        midnight - timedelta(days=1): {"received": 7},
    }
    assert health.first_hour(account_id=account.pk) == NOON - timedelta(hours=30)
    assert health.first_hour(account_id=0) is None
