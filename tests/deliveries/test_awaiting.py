"""Messages that wait for a receipt, told from the counters."""

from datetime import timedelta

import pytest

from deliveries import awaiting
from messaging.statuses import DeliveryStatus, MessageStatus
from tests import records
from tests.records import NOON

pytestmark = pytest.mark.django_db


def waiting(delivery, *, hours, **fields):
    return records.message(delivery, accepted_at=NOON - timedelta(hours=hours), **fields)


def test_they_are_counted_by_age_and_account():
    account, other = records.account(), records.account()
    one, two = records.delivery(account=account), records.delivery(account=account)
    for hours in (0.9, 1, 5.9, 6, 23.9, 24, 71.9, 72, 500):
        waiting(one, hours=hours)
    waiting(two, hours=0, status=MessageStatus.SENT)
    waiting(records.delivery(account=other), hours=3)

    found = awaiting.by_account(account_ids=[account.pk, other.pk], at=NOON)

    assert found[account.pk].ages == [2, 2, 2, 2, 2]
    assert found[account.pk].oldest == NOON - timedelta(hours=500)
    assert (found[account.pk].total, found[other.pk].total) == (10, 1)


def test_what_is_final_pending_or_in_a_finished_delivery_is_not_awaited():
    account = records.account()
    delivery = records.delivery(account=account)
    for status in (MessageStatus.DELIVERED, MessageStatus.FAILED, MessageStatus.UNKNOWN):
        waiting(delivery, hours=1, status=status)
    records.message(delivery, status=MessageStatus.PENDING, accepted_at=None)
    waiting(records.delivery(account=account, status=DeliveryStatus.FINISHED), hours=1)

    assert awaiting.by_account(account_ids=[account.pk], at=NOON) == {}


def test_accounts_that_were_not_asked_for_are_left_out():
    waiting(records.delivery(), hours=1)

    assert awaiting.by_account(account_ids=[], at=NOON) == {}


def test_the_oldest_of_each_delivery_is_told_to_the_minute():
    one, two = records.delivery(), records.delivery()
    waiting(one, hours=2)
    waiting(one, hours=1)
    waiting(two, hours=1, status=MessageStatus.DELIVERED)

    found = awaiting.oldest(delivery_ids=[one.pk, two.pk])

    assert found == {one.pk: NOON - timedelta(hours=2)}
