"""Figures are sums of counters, exact and with a fixed number of queries."""

from decimal import Decimal

import pytest

from deliveries import counters, figures
from deliveries.figures import ExclusionCount, FailureCount, Figures, Place, Price, Spend
from messaging.failures import FailureType, Reason
from messaging.statuses import MessageStatus
from tests import records

pytestmark = pytest.mark.django_db


def test_each_status_is_counted_and_the_bar_reconciles():
    delivery = records.delivery()
    for status in MessageStatus:
        records.message(delivery, status=status)
    records.message(delivery, status=MessageStatus.DELIVERED)
    records.exclusion(delivery)

    found = figures.of(delivery_ids=[delivery.pk])

    assert found == {
        delivery.pk: Figures(
            targeted=9,
            excluded=1,
            to_send=8,
            pending=1,
            accepted=1,
            sent=1,
            delivered=2,
            failed=1,
            unknown=1,
            cancelled=1,
            processed=3,
            success=2,
        )
    }
    assert found[delivery.pk].in_progress == 3
    assert found[delivery.pk].reconciles


def test_figures_that_do_not_add_up_are_told():
    assert not Figures(targeted=2, to_send=1, delivered=1).reconciles
    assert not Figures(targeted=2, to_send=2, delivered=1).reconciles


def test_deliveries_without_counters_have_zeros(django_assert_num_queries):
    counted, empty = records.delivery(), records.delivery()
    records.message(counted)

    with django_assert_num_queries(1):
        found = figures.of(delivery_ids=[counted.pk, empty.pk])

    assert found[empty.pk] == Figures()
    assert found[counted.pk].targeted == 1


def test_no_deliveries_have_no_figures():
    assert figures.of(delivery_ids=[]) == {}


def test_clicks_are_those_of_the_delivery_not_of_each_url_again():
    delivery = records.delivery()
    counters.add(
        {
            counters.Figure(delivery.pk, counters.CLICKS, "", records.NOON): 3,
            counters.Figure(delivery.pk, counters.CLICKS, "77", None): 3,
            counters.Figure(delivery.pk, counters.HUMAN_CLICKS, "", None): 2,
            counters.Figure(delivery.pk, counters.CLICKERS, "", None): 1,
        }
    )

    found = figures.of(delivery_ids=[delivery.pk])[delivery.pk]

    assert (found.clicks, found.human_clicks, found.clickers) == (3, 2, 1)


def test_figures_stay_the_same_when_counters_are_squashed():
    delivery = records.delivery()
    for _ in range(3):
        records.message(delivery, status=MessageStatus.DELIVERED)
    before = figures.of(delivery_ids=[delivery.pk])

    counters.squash()

    assert figures.of(delivery_ids=[delivery.pk]) == before


def test_failures_are_listed_by_frequency():
    delivery = records.delivery()
    unknown = {"failure_type": FailureType.HARD, "reason": Reason.USER_UNKNOWN}
    full = {"failure_type": FailureType.SOFT, "reason": Reason.MAILBOX_FULL}
    for fields in (full, unknown, unknown):
        records.message(delivery, status=MessageStatus.FAILED, **fields)
    records.message(delivery, status=MessageStatus.DELIVERED)

    assert figures.failures(delivery_id=delivery.pk) == [
        FailureCount(FailureType.HARD, Reason.USER_UNKNOWN, 2),
        FailureCount(FailureType.SOFT, Reason.MAILBOX_FULL, 1),
    ]


def test_exclusions_are_listed_by_frequency():
    delivery = records.delivery()
    for reason in (Reason.DUPLICATE, Reason.DENYLISTED, Reason.DENYLISTED):
        records.exclusion(delivery, reason=reason)

    assert figures.exclusions(delivery_id=delivery.pk) == [
        ExclusionCount(Reason.DENYLISTED, 2),
        ExclusionCount(Reason.DUPLICATE, 1),
    ]


def test_spend_adds_up_segments_and_each_currency_by_place():
    delivery = records.delivery()
    tim = {"country": "IT", "network": "22201", "segments": 2}
    euros = {"price": Decimal("0.05"), "currency": "EUR"}
    records.message(delivery, status=MessageStatus.DELIVERED, **tim, **euros)
    records.message(delivery, status=MessageStatus.FAILED, **tim, **euros)
    records.message(delivery, segments=1, price=Decimal("0.0075"), currency="USD")

    assert figures.spend(delivery_id=delivery.pk) == Spend(
        segments=5,
        prices=[Price("EUR", Decimal("0.1")), Price("USD", Decimal("0.0075"))],
        places=[
            Place("IT", "22201", 2, 1, 4, [Price("EUR", Decimal("0.1"))]),
            Place("", "", 1, 0, 1, [Price("USD", Decimal("0.0075"))]),
        ],
    )
