"""Ids: their order is that of time, in Python as in the database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from storage.ids import EPOCH, SEQUENCE_BITS, lowest_id, time_of

MICROSECONDS = st.timedeltas(timedelta(0), timedelta(days=25_000))
MOMENTS = MICROSECONDS.map(lambda passed: EPOCH + passed)


@given(MOMENTS)
def test_an_id_tells_its_time_to_the_millisecond(at):
    assert timedelta(0) <= at - time_of(lowest_id(at)) < timedelta(milliseconds=1)


@given(MOMENTS, MOMENTS)
def test_ids_are_in_the_order_of_time(one, other):
    assert (lowest_id(one) < lowest_id(other)) == (
        time_of(lowest_id(one)) < time_of(lowest_id(other))
    )


@given(MOMENTS, st.integers(min_value=0, max_value=2**SEQUENCE_BITS - 1))
def test_the_sequence_below_does_not_change_the_time(at, sequence):
    assert time_of(lowest_id(at) | sequence) == time_of(lowest_id(at))


def test_before_the_epoch_every_id_counts():
    assert lowest_id(EPOCH - timedelta(days=1)) == 0
    assert lowest_id(EPOCH) == 0


def test_the_zone_of_a_time_makes_no_difference():
    east = timezone(timedelta(hours=13))

    assert lowest_id(datetime(2026, 1, 1, 13, tzinfo=east)) == lowest_id(
        datetime(2026, 1, 1, tzinfo=UTC)
    )


@pytest.mark.django_db
def test_each_row_of_one_statement_gets_an_id_of_its_own_made_now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT next_id() FROM generate_series(1, 1000)")
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT clock_timestamp()")
        after = cursor.fetchone()[0]

    assert len(set(ids)) == 1000
    millisecond = timedelta(milliseconds=1)
    assert before - millisecond <= time_of(min(ids)) <= time_of(max(ids)) <= after + millisecond


@pytest.mark.django_db
def test_the_sequence_begins_again_at_its_end():
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('id_sequence', %s)", [2**SEQUENCE_BITS - 1])
        cursor.execute("SELECT next_id()")
        identifier = cursor.fetchone()[0]

    assert identifier % 2**SEQUENCE_BITS == 0
