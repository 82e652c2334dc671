"""Latency: Python and SQL sort every time into the same class."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deliveries import latency
from tests.records import NOON


@pytest.mark.parametrize(
    ("took", "at_most"),
    [
        (timedelta(0), 1),
        (timedelta(seconds=1), 1),
        (timedelta(seconds=1, microseconds=1), 2),
        (timedelta(seconds=11), 12),
        (timedelta(seconds=12), 12),
        (timedelta(minutes=59), 3_600),
        (timedelta(days=3), 259_200),
    ],
)
def test_a_class_holds_what_took_at_most_its_bound(took, at_most):
    assert latency.BOUNDS[latency.place(NOON, NOON + took)] == at_most


def test_what_took_longer_than_every_bound_is_in_the_last_class():
    took = timedelta(days=3, microseconds=1)

    assert latency.place(NOON, NOON + took) == len(latency.BOUNDS)


def test_a_receipt_dated_before_the_acceptance_is_among_the_quickest():
    assert latency.place(NOON, NOON - timedelta(hours=2)) == 0


def test_a_time_that_is_not_known_has_no_class():
    assert latency.place(None, NOON) is None
    assert latency.place(NOON, None) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.timedeltas(min_value=timedelta(days=-4), max_value=timedelta(days=8)),
        st.builds(
            lambda bound, near: timedelta(seconds=bound, microseconds=near),
            st.sampled_from(latency.BOUNDS),
            st.integers(-2, 2),
        ),
    )
)
@example(timedelta(0))
def test_the_database_sorts_as_python_does(db, took):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {latency.SQL} FROM (SELECT %s::timestamptz AS accepted_at,"
            " %s::timestamptz AS delivered_at) AS message",
            [NOON, NOON + took],
        )
        (place,) = cursor.fetchone()

    assert place == latency.place(NOON, NOON + took)


def test_percentiles_are_bounds_that_hold_exactly():
    times = [timedelta(seconds=second) for second in range(1, 101)]
    classes = Counter(latency.place(NOON, NOON + took) for took in times)

    assert latency.percentiles(classes) == [(50, 50), (90, 120), (95, 120), (99, 120)]


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=2)), min_size=1))
def test_so_many_percent_are_within_the_bound_and_fewer_within_the_one_before(times):
    classes = Counter(latency.place(NOON, NOON + took) for took in times)

    for percent, at_most in latency.percentiles(classes):
        before = max((bound for bound in latency.BOUNDS if bound < at_most), default=0)
        assert share(times, at_most) >= percent
        assert share(times, before) < percent or before == 0


def share(times, seconds):
    return 100 * sum(took <= timedelta(seconds=seconds) for took in times) / len(times)


def test_what_took_longer_than_every_bound_has_none():
    assert latency.percentiles({0: 1, len(latency.BOUNDS): 9})[0] == (50, None)


def test_nothing_delivered_has_no_percentiles():
    assert latency.percentiles({}) == []
