"""Retention: old months of messages go whole, their deliveries stay with their figures."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from deliveries import figures, retention
from deliveries.models import Delivery, Exclusion, Message, MessageEvent, ProviderReference
from messaging.statuses import DeliveryStatus
from storage import partitions
from storage.ids import lowest_id
from tests import records

pytestmark = pytest.mark.django_db

THEN = datetime(2024, 2, 10, tzinfo=UTC)
# Two years of 31-day months after the end of February 2024.
LATER = datetime(2026, 3, 15, tzinfo=UTC)


@pytest.fixture
def old():
    """A delivery of February 2024, with a message, its story and an exclusion."""
    partitions.create_ahead(at=THEN, ahead=0)
    delivery = records.delivery(id=lowest_id(THEN))
    message = records.message(delivery, id=lowest_id(THEN) + 1, provider_ids=("a-1",))
    records.event(message)
    records.exclusion(delivery)
    return delivery


@pytest.fixture
def new():
    delivery = records.delivery()
    records.event(records.message(delivery, provider_ids=("b-1",)))
    records.exclusion(delivery)
    return delivery


def kept():
    tables = (Message, MessageEvent, ProviderReference, Exclusion)
    return [table.objects.count() for table in tables]


def test_an_old_month_is_dropped_and_its_deliveries_are_archived(old, new):
    before = figures.of(delivery_ids=[old.pk])

    dropped = retention.drop_old_messages(at=LATER)

    assert sorted(dropped) == [
        "deliveries_message_2024_02",
        "deliveries_messageevent_2024_02",
        "deliveries_providerreference_2024_02",
        "sending_outgoing_2024_02",
        "sending_recipient_2024_02",
        "tracking_click_2024_02",
        "tracking_link_2024_02",
    ]
    assert kept() == [1, 1, 1, 1]
    archived = Delivery.objects.get(pk=old.pk)
    assert (archived.archived_at, archived.status) == (LATER, DeliveryStatus.FINISHED)
    assert Delivery.objects.get(pk=new.pk).archived_at is None
    assert figures.of(delivery_ids=[old.pk]) == before


def test_a_month_stays_until_its_last_day_is_over_two_years_old(old):
    ends = datetime(2024, 3, 1, tzinfo=UTC) + 24 * retention.MONTH

    assert retention.drop_old_messages(at=ends - timedelta(milliseconds=1)) == []
    assert len(retention.drop_old_messages(at=ends)) == 7


def test_the_time_of_archiving_is_that_of_the_first_drop(old):
    Delivery.objects.filter(pk=old.pk).update(archived_at=THEN)

    retention.drop_old_messages(at=LATER)

    assert Delivery.objects.get(pk=old.pk).archived_at == THEN


def test_a_round_that_was_interrupted_is_finished_by_the_next(old):
    for model in (MessageEvent, ProviderReference):
        partitions.drop(partitions.existing(partitions.of(model))[0])

    dropped = retention.drop_old_messages(at=LATER)

    assert sorted(dropped) == [
        "deliveries_message_2024_02",
        "sending_outgoing_2024_02",
        "sending_recipient_2024_02",
        "tracking_click_2024_02",
        "tracking_link_2024_02",
    ]
    assert kept() == [0, 0, 0, 0]


def test_messages_are_dropped_last_so_that_no_story_is_left_without_its_month(old):
    assert retention.drop_old_messages(at=LATER)[-1] == "deliveries_message_2024_02"


def test_a_recount_skips_what_is_archived_and_says_so(old, new):
    retention.drop_old_messages(at=LATER)
    said = StringIO()

    call_command("recount", stdout=said)

    assert said.getvalue().splitlines() == [
        "1 archived deliveries skipped: their rows are gone.",
        "1 deliveries recounted, 0 figures differ.",
    ]


def test_every_month_knows_which_failures_go_together():
    """Without that, PostgreSQL sorts all failures of a kind for one page of them."""
    partitions.create_ahead(at=THEN, ahead=0)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT inhrelid::regclass::text, array_agg(kinds.stxkind::text)
              FROM pg_inherits LEFT JOIN pg_statistic_ext kinds ON stxrelid = inhrelid
             WHERE inhparent = 'deliveries_message'::regclass GROUP BY 1
            """
        )
        found = dict(cursor.fetchall())

    assert {"deliveries_message_default", "deliveries_message_2024_02"} <= found.keys()
    assert set(map(tuple, found.values())) == {("{m}",)}
