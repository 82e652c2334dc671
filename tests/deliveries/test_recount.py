"""The recount: counters and rows agree, and where they do not it is found and mended."""

import threading
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from deliveries import counters, recount
from deliveries.counters import Figure
from deliveries.models import Counter, Message
from deliveries.recount import Drift
from messaging.failures import FailureType, Reason
from messaging.statuses import Evidence, MessageStatus
from tests import records
from tests.records import NOON
from tests.threads import PATIENCE_SECONDS, apart


@pytest.fixture
def delivery(db):
    """A delivery with messages of every kind."""
    made = records.delivery()
    later = NOON + timedelta(minutes=61, seconds=3, microseconds=5)
    records.opt_out(records.message(made))
    records.message(made, status=MessageStatus.PENDING, accepted_at=None)
    records.message(
        made,
        status=MessageStatus.DELIVERED,
        segments=3,
        price=Decimal("0.123456"),
        currency="EUR",
        country="IT",
        network="22201",
        evidence=Evidence.HANDSET,
        sent_at=later,
        delivered_at=later,
    )
    records.message(
        made, status=MessageStatus.DELIVERED, price=Decimal(0), country="IT", delivered_at=NOON
    )
    records.message(
        made,
        status=MessageStatus.FAILED,
        failure_type=FailureType.HARD,
        reason=Reason.USER_UNKNOWN,
        qualification_id=3,
        segments=1,
        country="FR",
        failed_at=later,
    )
    # What has no number has no prefix; what was never accepted, no latency.
    records.message(
        made, address="", status=MessageStatus.DELIVERED, accepted_at=None, delivered_at=NOON
    )
    records.exclusion(made)
    records.exclusion(made, reason=Reason.DENYLISTED)
    return made


def test_what_was_counted_with_its_rows_has_not_drifted(delivery):
    assert recount.drifts(delivery_ids=[delivery.pk]) == []


def test_a_squash_makes_no_drift(delivery):
    counters.squash()

    assert recount.drifts(delivery_ids=[delivery.pk]) == []


def test_no_deliveries_have_no_drift(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert recount.drifts(delivery_ids=[]) == []


def test_every_figure_that_is_counted_by_rows_is_recounted(delivery):
    counted = set(Counter.objects.values_list("figure", flat=True))
    Counter.objects.all().delete()

    assert {drift.figure.figure for drift in recount.drifts(delivery_ids=[delivery.pk])} == counted
    assert counted == set(recount.RECOUNTED)


def test_a_row_changed_behind_the_counters_is_found(delivery):
    Message.objects.filter(status=MessageStatus.PENDING).update(status=MessageStatus.SENT)

    assert recount.drifts(delivery_ids=[delivery.pk]) == [
        Drift(Figure(delivery.pk, "network", "..0", None), counted=1, real=0),
        Drift(Figure(delivery.pk, "network", "..20", None), counted=0, real=1),
        Drift(Figure(delivery.pk, "state", "0.0.0", None), counted=1, real=0),
        Drift(Figure(delivery.pk, "state", "20.0.0", None), counted=0, real=1),
    ]


def test_a_delivery_is_recounted_apart_from_others(delivery):
    other = records.delivery()
    counters.add({Figure(other.pk, "targeted", "", None): 5})

    assert recount.drifts(delivery_ids=[delivery.pk]) == []
    assert recount.drifts(delivery_ids=[delivery.pk, other.pk]) == [
        Drift(Figure(other.pk, "targeted", "", None), counted=5, real=0)
    ]


def test_what_is_counted_without_rows_is_left_alone(delivery):
    counters.add({Figure(delivery.pk, "something", "", None): 5})

    assert recount.drifts(delivery_ids=[delivery.pk]) == []


def test_mending_leaves_no_drift_and_tells_what_it_mended(delivery):
    Counter.objects.filter(figure__in=("state", "delivered", "spend")).delete()
    counters.add({Figure(delivery.pk, "segments", "IT.", None): 4})

    mended = recount.mend(delivery_ids=[delivery.pk])

    assert {drift.figure.figure for drift in mended} == {"state", "delivered", "spend", "segments"}
    assert recount.drifts(delivery_ids=[delivery.pk]) == []
    assert recount.mend(delivery_ids=[delivery.pk]) == []


def test_the_command_proves_all_deliveries(delivery):
    said = StringIO()

    call_command("recount", stdout=said)

    assert said.getvalue() == "1 deliveries recounted, 0 figures differ.\n"


def test_the_command_names_each_figure_that_differs_and_fails(delivery):
    counters.add({Figure(delivery.pk, "targeted", "", None): -1})
    said = StringIO()

    with pytest.raises(CommandError, match="1 deliveries recounted, 1 figures differ."):
        call_command("recount", stdout=said)

    assert said.getvalue() == f"delivery {delivery.pk} targeted  : counted 7, rows say 8\n"


def test_the_command_mends(delivery):
    counters.add({Figure(delivery.pk, "accepted", "", NOON): 1})
    said = StringIO()

    call_command("recount", delivery.code, "--mend", stdout=said)

    assert said.getvalue().splitlines()[-1] == "1 deliveries recounted, 1 figures differ."
    assert recount.drifts(delivery_ids=[delivery.pk]) == []


def test_the_command_looks_at_the_deliveries_named(delivery):
    other = records.delivery()
    counters.add({Figure(other.pk, "targeted", "", None): 5})

    call_command("recount", delivery.code, stdout=StringIO())

    with pytest.raises(CommandError):
        call_command("recount", other.code, stdout=StringIO())


def test_the_command_knows_no_other_codes(delivery):
    with pytest.raises(CommandError, match="No such delivery: DM0, DM00."):
        call_command("recount", "DM0", "DM00", delivery.code)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_mended_twice_that_is_being_counted_just_now():
    """A change whose counting has begun is waited for; one that comes later finds it mended."""
    made = records.delivery()
    row = records.message(made)
    counted, mend_now = threading.Event(), threading.Event()

    def change():
        with transaction.atomic():
            figures = dict.fromkeys(
                [
                    Figure(made.pk, "targeted", "", None),
                    Figure(made.pk, "state", "10.0.0", None),
                    Figure(made.pk, "network", "..10", None),
                ],
                1,
            )
            Message.objects.create(delivery=made, channel="sms", status=10, changed_at=NOON)
            counters.add(figures)
            counted.set()
            mend_now.wait(5)

    changing = apart(change)
    counted.wait(5)
    threading.Timer(0.2, mend_now.set).start()
    mended = recount.mend(delivery_ids=[made.pk])
    changing.result(PATIENCE_SECONDS)

    assert mended == []
    assert recount.drifts(delivery_ids=[made.pk]) == []
    assert Message.objects.exclude(pk=row.pk).count() == 1
