"""A timeline is made of counters, without holes, and never too long."""

from datetime import timedelta

import pytest

from deliveries import counters, timeline
from deliveries.timeline import Bucket, Timeline
from tests import records
from tests.records import NOON

pytestmark = pytest.mark.django_db


def test_minutes_are_listed_in_order_with_zeros_between():
    delivery = records.delivery()
    records.message(delivery, sent_at=NOON + timedelta(seconds=59))
    records.message(delivery, sent_at=NOON + timedelta(minutes=2, seconds=5))

    assert timeline.of(delivery_id=delivery.pk, step="minute") == Timeline(
        "minute",
        [
            Bucket(NOON, accepted=2, sent=1),
            Bucket(NOON + timedelta(minutes=1)),
            Bucket(NOON + timedelta(minutes=2), sent=1),
        ],
    )


def test_hours_and_days_add_up_their_minutes():
    delivery = records.delivery()
    records.message(delivery, delivered_at=NOON + timedelta(minutes=70))
    counters.add({counters.Figure(delivery.pk, counters.CLICKS, "", NOON + timedelta(days=1)): 4})

    hours = timeline.of(delivery_id=delivery.pk, step="hour")
    days = timeline.of(delivery_id=delivery.pk, step="day")

    assert (hours.buckets[0], hours.buckets[1]) == (
        Bucket(NOON, accepted=1),
        Bucket(NOON + timedelta(hours=1), delivered=1),
    )
    assert len(hours.buckets) == 25
    midnight = NOON.replace(hour=0)
    assert days.buckets == [
        Bucket(midnight, accepted=1, delivered=1),
        Bucket(midnight + timedelta(days=1), clicks=4),
    ]


def test_a_step_that_gives_too_many_buckets_is_raised():
    delivery = records.delivery()
    records.message(delivery, sent_at=NOON + timedelta(minutes=2_000))

    found = timeline.of(delivery_id=delivery.pk, step="minute")

    assert (found.step, len(found.buckets)) == ("hour", 34)


def test_a_time_long_ago_does_not_fill_the_decades_between():
    delivery = records.delivery()
    long_ago = NOON.replace(year=1970)
    records.message(delivery, sent_at=long_ago)

    assert timeline.of(delivery_id=delivery.pk, step="hour") == Timeline(
        "day",
        [Bucket(long_ago.replace(hour=0), sent=1), Bucket(NOON.replace(hour=0), accepted=1)],
    )


def test_a_delivery_without_messages_has_an_empty_timeline(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert timeline.of(delivery_id=1, step="hour") == Timeline("hour", [])
