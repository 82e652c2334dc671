"""Counts, shares, money and lengths of time as people read them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from dashboard.templatetags import numbers


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [
        (0, 0, "\N{EN DASH}"),
        (0, 5, "0 %"),
        (1, 3, "33.3 %"),
        (5, 5, "100 %"),
        (999_999, 1_000_000, "99.9 %"),
        (1, 1_000_000, "0.1 %"),
    ],
)
def test_a_share_is_never_all_or_nothing_unless_it_is(part, whole, written):
    assert numbers.share(part, whole) == written


def test_numbers_follow_the_language():
    with translation.override("it"):
        written = [numbers.count(1_234_567), numbers.share(1, 8), numbers.money(Decimal("1234.5"))]

    assert written == ["1.234.567", "12,5 %", "1.234,50"]


@pytest.mark.parametrize(
    ("amount", "written"),
    [("0", "0.00"), ("0.0075", "0.0075"), ("-0.5", "-0.5000"), ("12.3456", "12.35")],
)
def test_small_amounts_show_what_a_message_costs(amount, written):
    assert numbers.money(Decimal(amount)) == written


@pytest.mark.parametrize(
    ("part", "whole", "width"), [(0, 0, "0"), (0, 9, "0"), (1, 1_000_000, "4"), (1, 2, "500")]
)
def test_a_bar_that_counts_can_be_seen(part, whole, width):
    assert numbers.thousandths(part, whole) == width


@pytest.mark.parametrize(("code", "written"), [("22201", "222 01"), ("310260", "310 260")])
def test_a_network_is_written_as_country_and_network(code, written):
    assert numbers.network(code) == written


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (timedelta(hours=72), "3 days"),
        (timedelta(days=1, hours=1, minutes=1), "1 day, 1 hour, 1 minute"),
        (timedelta(minutes=90), "1 hour, 30 minutes"),
    ],
)
def test_a_length_of_time_is_written_without_what_is_zero(length, written):
    assert numbers.hours(length) == written


@pytest.mark.parametrize(
    ("rate", "written", "whole"),
    [
        (0.8214, "82.1 %", "82 %"),
        (0.93, "93 %", "93 %"),
        (0.9999, "99.9 %", "99 %"),
        (1.0, "100 %", "100 %"),
        (0.0, "0 %", "0 %"),
    ],
)
def test_a_rate_is_written_in_percent(rate, written, whole):
    assert numbers.percent(rate) == written
    assert numbers.whole_percent(rate) == whole


@pytest.mark.parametrize(
    ("difference", "written", "plain"),
    [(0.111, "+11.1", "11.1"), (-0.02, "\N{MINUS SIGN}2.0", "2"), (0.0001, "0.0", "0")],
)
def test_a_difference_is_written_in_points(difference, written, plain):
    assert numbers.points(difference) == written
    assert numbers.plain_points(difference) == plain
