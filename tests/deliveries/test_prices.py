"""What a segment has cost."""

from decimal import Decimal

import pytest

from deliveries import prices
from messaging.statuses import MessageStatus
from tests import records

pytestmark = pytest.mark.django_db


def sent(of, *, price="0.05", **fields):
    made = {"status": MessageStatus.DELIVERED, "segments": 1, "currency": "EUR", "country": "IT"}
    return records.message(of, price=price and Decimal(price), **made | fields)


def test_the_mean_is_that_of_segments_whose_price_was_told():
    delivery = records.delivery()
    sent(delivery, price="0.05")
    sent(delivery, price="0.13", segments=2)
    sent(delivery, price=None)
    sent(delivery, price="9", status=MessageStatus.FAILED)
    sent(delivery, price="9", segments=0)
    sent(delivery, price="0.07", country="FR")
    sent(records.delivery(), price="9")

    known = prices.per_segment(account_id=delivery.account_id)

    assert {country: price[1:] for country, price in known.items()} == {
        "IT": ("EUR", Decimal("0.06"), 2),
        "FR": ("EUR", Decimal("0.07"), 1),
    }


def test_of_several_currencies_the_usual_one_is_told():
    delivery = records.delivery()
    sent(delivery, price="9", currency="USD")
    sent(delivery)
    sent(delivery)

    assert prices.per_segment(account_id=delivery.account_id)["IT"].currency == "EUR"


def test_whoever_told_no_price_has_none():
    assert prices.per_segment(account_id=records.account().pk) == {}
