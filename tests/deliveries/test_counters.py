"""Counters: what a message adds, what a change moves, and sums that no squash alters."""

import threading
from collections import Counter as Sums
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from deliveries import counters, tasks
from deliveries.counters import Counted, Figure
from deliveries.models import Counter
from messaging.failures import FailureType, Reason
from messaging.statuses import Evidence, MessageStatus
from tests import records
from tests.records import NOON
from tests.threads import PATIENCE_SECONDS, apart, together

PENDING = Counted(
    delivery_id=7,
    status=MessageStatus.PENDING,
    failure_type=FailureType.UNDEFINED,
    reason=Reason.UNDEFINED,
    qualification_id=None,
    segments=0,
    price=None,
    currency="",
    country="",
    network="",
    accepted_at=None,
    sent_at=None,
    delivered_at=None,
    failed_at=None,
    evidence=Evidence.NONE,
    latency=None,
    prefix="",
)
DELIVERED = PENDING._replace(
    status=MessageStatus.DELIVERED,
    segments=2,
    price=Decimal("0.045001"),
    currency="EUR",
    country="IT",
    network="22201",
    accepted_at=NOON,
    sent_at=NOON,
    delivered_at=NOON + timedelta(minutes=1),
    evidence=Evidence.CARRIER,
    latency=17,
    prefix="+39347",
)
STANDINGS = st.sampled_from(
    [
        PENDING,
        PENDING._replace(status=MessageStatus.ACCEPTED, accepted_at=NOON),
        DELIVERED,
        DELIVERED._replace(
            status=MessageStatus.FAILED,
            failure_type=FailureType.HARD,
            reason=Reason.USER_UNKNOWN,
            failed_at=NOON,
        ),
        DELIVERED._replace(delivery_id=8, price=Decimal(0), network=""),
        DELIVERED._replace(evidence=Evidence.HANDSET, latency=0),
    ]
)


def test_a_pending_message_is_targeted_and_has_a_state_and_a_place():
    assert dict(counters.of_message(PENDING)) == {
        Figure(7, "targeted", "", None): 1,
        Figure(7, "state", "0.0.0", None): 1,
        Figure(7, "network", "..0", None): 1,
    }


def test_a_delivered_message_counts_its_segments_its_price_and_its_minutes():
    assert dict(counters.of_message(DELIVERED)) == {
        Figure(7, "targeted", "", None): 1,
        Figure(7, "state", "40.0.0", None): 1,
        Figure(7, "network", "IT.22201.40", None): 1,
        Figure(7, "segments", "IT.22201", None): 2,
        Figure(7, "spend", "IT.22201.EUR", None): 45_001,
        Figure(7, "accepted", "", NOON): 1,
        Figure(7, "sent", "", NOON): 1,
        Figure(7, "delivered", "", NOON + timedelta(minutes=1)): 1,
        Figure(7, "evidence", "2", None): 1,
        Figure(7, "latency", "17", None): 1,
        Figure(7, "prefix", "+39347.40", None): 1,
    }


def test_a_failed_message_counts_its_prefix_but_neither_evidence_nor_latency():
    failed = DELIVERED._replace(status=MessageStatus.FAILED)

    figures = {figure.figure: figure.key for figure, _value in counters.of_message(failed)}

    assert figures["prefix"] == "+39347.30"
    assert {"evidence", "latency"}.isdisjoint(figures)


def test_what_is_not_known_of_a_delivered_message_is_not_counted():
    counted = DELIVERED._replace(latency=None, prefix="")

    figures = {figure.figure for figure, _value in counters.of_message(counted)}

    assert "evidence" in figures
    assert {"latency", "prefix"}.isdisjoint(figures)


def total(standings):
    sums = Sums()
    for standing in standings:
        sums.update(dict(counters.of_message(standing)))
    return {figure: value for figure, value in sums.items() if value}


@given(st.lists(st.tuples(STANDINGS, STANDINGS)))
def test_the_figures_before_and_the_differences_are_the_figures_after(moves):
    deltas = counters.differences(Sums(moves))

    after = Sums(total(before for before, _after in moves))
    after.update(deltas)

    assert {figure: value for figure, value in after.items() if value} == total(
        after for _before, after in moves
    )


def sums():
    """Return the sum of every figure that is not zero."""
    found = Sums()
    for figure in Counter.objects.all():
        key = Figure(figure.delivery_id, figure.figure, figure.key, figure.bucket)
        found[key] += figure.value
    return {figure: value for figure, value in found.items() if value}


FIGURES = [
    Figure(7, "state", "40.0.0", None),
    Figure(7, "state", "30.1.1", None),
    Figure(7, "delivered", "", NOON),
    Figure(7, "delivered", "", NOON + timedelta(minutes=1)),
    Figure(8, "state", "40.0.0", None),
]


@pytest.mark.django_db
def test_a_squash_leaves_one_row_for_each_figure_and_none_for_zero():
    for value in (1, 2, 3):
        counters.add(dict.fromkeys(FIGURES, value))
    counters.add({FIGURES[0]: -6})
    before = sums()

    saved = counters.squash()

    assert sums() == before == dict.fromkeys(FIGURES[1:], 6)
    assert saved == 16 - 4
    assert Counter.objects.count() == 4
    assert Counter.objects.filter(fresh=True).count() == 0


@pytest.mark.django_db
def test_a_squash_joins_new_deltas_with_the_sum_of_the_old_ones():
    counters.add({FIGURES[0]: 1, FIGURES[1]: 1})
    counters.squash()
    counters.add({FIGURES[0]: 1})

    assert tasks.squash_counters() == 1

    assert sums() == {FIGURES[0]: 2, FIGURES[1]: 1}
    assert Counter.objects.count() == 2


@pytest.mark.django_db
def test_there_is_nothing_to_squash_where_nothing_has_changed():
    counters.add({FIGURES[0]: 1})
    counters.squash()

    assert counters.squash() == 0


@pytest.mark.django_db
def test_zeros_are_not_written(django_assert_num_queries):
    with django_assert_num_queries(0):
        counters.add({FIGURES[0]: 0})


class Crowd:
    """Insert, squash and read one figure from all sides at once."""

    def __init__(self, figure):
        self.figure = figure
        self.over = threading.Event()

    def insert(self):
        for _ in range(100):
            with transaction.atomic():
                counters.add({self.figure: 1})
                # A balanced change: a reader must never see half of it.
                counters.add({self.figure: 1_000})
                counters.add({self.figure: -1_000})

    def squash(self):
        while not self.over.is_set():
            counters.squash()

    def read(self):
        seen = [0]
        while not self.over.is_set():
            seen.append(sums()[self.figure])
        return seen


@pytest.mark.django_db(transaction=True)
def test_sums_stay_exact_while_deltas_come_from_all_sides():
    crowd = Crowd(Figure(records.delivery().pk, "state", "40.0.0", None))
    counters.add({crowd.figure: 1_000_000})

    beside = [apart(crowd.squash), apart(crowd.squash)]
    reader = apart(crowd.read)
    together(*[crowd.insert] * 6)
    crowd.over.set()
    seen = reader.result(PATIENCE_SECONDS)
    for squasher in beside:
        squasher.result(PATIENCE_SECONDS)
    counters.squash()

    assert sums() == {crowd.figure: 1_000_000 + 6 * 100}
    assert seen == sorted(seen)
