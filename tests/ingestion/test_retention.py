"""Retention of raw callbacks, and the hourly round over all partitions."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ingestion import maintenance, retention, tasks
from ingestion.models import HeldCallback, InboxEntry, QueueItem
from storage import partitions
from storage.ids import lowest_id
from tests import records

pytestmark = pytest.mark.django_db

THEN = datetime(2026, 1, 10, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 1, 11, tzinfo=UTC)


@pytest.fixture
def old():
    """An entry of an old day."""
    partitions.create_ahead(at=THEN, ahead=0)
    return entry(lowest_id(THEN))


def entry(identifier):
    return InboxEntry.objects.create(
        id=identifier, account=records.account(), method="POST", body=b"", received_at=THEN
    )


def held(entry, state, **fields):
    return HeldCallback.objects.create(
        state=state,
        account_id=entry.account_id,
        entry_id=entry.pk,
        method="POST",
        body=b"",
        received_at=THEN,
        **fields,
    )


def test_a_day_is_dropped_once_it_has_been_kept_long_enough(old, settings):
    new = entry(lowest_id(timezone.now()))
    kept = timedelta(days=settings.INBOX_RETENTION_DAYS)

    assert retention.drop_old_entries(at=MIDNIGHT + kept - timedelta(milliseconds=1)) == []
    assert retention.drop_old_entries(at=MIDNIGHT + kept) == ["ingestion_inboxentry_2026_01_10"]
    assert list(InboxEntry.objects.all()) == [new]


def test_a_day_in_which_something_waits_is_kept(old, caplog):
    QueueItem.objects.create(entry_id=old.pk)
    later = MIDNIGHT + timedelta(days=30)

    assert retention.drop_old_entries(at=later) == []
    assert "ingestion_inboxentry_2026_01_10" in caplog.text

    QueueItem.objects.all().delete()
    assert retention.drop_old_entries(at=later) == ["ingestion_inboxentry_2026_01_10"]


def test_what_is_set_aside_stays_until_decided_and_then_as_long_as_a_day(old):
    later = MIDNIGHT + timedelta(days=30)
    kept = [
        held(old, "parked", provider_id="a"),
        held(old, "dead"),
        held(old, "discarded", provider_id="b", decided_at=later - timedelta(days=6)),
    ]
    held(old, "discarded", provider_id="c", decided_at=later - timedelta(days=8))

    retention.drop_old_entries(at=later)

    assert list(HeldCallback.objects.order_by("id")) == kept


def test_a_round_makes_ahead_drops_what_is_over_and_looks_for_strays(old):
    at = timezone.now() + timedelta(days=40)
    ahead = partitions.partition_at(partitions.of(InboxEntry), at + timedelta(days=3)).name

    done = maintenance.maintain(at=at)

    assert ahead in done.created
    assert "ingestion_inboxentry_2026_01_10" in done.dropped
    assert done.strays == {}
    assert maintenance.maintain(at=at) == maintenance.Round([], [], {})


def test_a_stray_sounds_the_alarm(caplog):
    entry(lowest_id(THEN))

    done = maintenance.maintain(at=timezone.now())

    assert done.strays == {"ingestion_inboxentry": 1}
    assert "rows outside every partition" in caplog.text


def test_the_task_goes_round(old):
    tasks.maintain_partitions()

    assert InboxEntry.objects.count() == 0


def test_the_command_says_what_was_done(old):
    said = StringIO()

    call_command("maintain_partitions", stdout=said)

    assert said.getvalue().splitlines()[-2:] == [
        "dropped ingestion_inboxentry_2026_01_10",
        "Partitions are in order.",
    ]


def test_the_command_names_what_was_created():
    table = partitions.of(InboxEntry)
    partitions.drop(partitions.existing(table)[-1])
    gone = partitions.missing(at=timezone.now() + timedelta(days=2))
    said = StringIO()

    call_command("maintain_partitions", stdout=said)

    assert said.getvalue().splitlines() == [f"created {gone[0]}", "Partitions are in order."]


def test_the_command_fails_where_rows_lie_outside():
    entry(lowest_id(THEN))

    with pytest.raises(CommandError, match=r"Rows outside every partition in ingestion_inboxentry"):
        call_command("maintain_partitions", stdout=StringIO())
