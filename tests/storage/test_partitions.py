"""Partitions: made ahead of time, dropped whole, and what falls beside them is found."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from django.db import OperationalError, connection, transaction

from ingestion.models import InboxEntry
from storage import partitions
from storage.ids import lowest_id
from storage.partitions import PartitionedTable
from tests import records

DAYS = PartitionedTable(name="parted", column="id", step="day", family="test")
MONTHS = PartitionedTable(name="parted", column="id", step="month", family="test")
NOON = datetime(2024, 2, 28, 12, 0, tzinfo=UTC)


def run(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def parted(db):
    run("CREATE TABLE parted (id bigint PRIMARY KEY, text text NOT NULL) PARTITION BY RANGE (id)")
    run("CREATE INDEX parted_text ON parted (text)")
    run("CREATE TABLE parted_default PARTITION OF parted DEFAULT")


def names(table=DAYS):
    return [partition.name for partition in partitions.existing(table)]


@pytest.mark.parametrize(
    ("step", "at", "expected"),
    [
        ("day", "2024-02-28T23:59:59.999999Z", ("2024-02-28", "2024-02-29")),
        ("day", "2024-02-29T00:00Z", ("2024-02-29", "2024-03-01")),
        ("day", "2026-12-31T12:00Z", ("2026-12-31", "2027-01-01")),
        ("month", "2024-02-29T23:59:59.999999Z", ("2024-02-01", "2024-03-01")),
        ("month", "2024-03-01T00:00Z", ("2024-03-01", "2024-04-01")),
        ("month", "2026-01-31T00:00Z", ("2026-01-01", "2026-02-01")),
        ("month", "2026-12-31T23:00Z", ("2026-12-01", "2027-01-01")),
    ],
)
def test_a_step_begins_and_ends_where_the_calendar_says(step, at, expected):
    start, end = partitions.bounds(step=step, at=datetime.fromisoformat(at))

    assert (start.isoformat(), end.isoformat()) == tuple(
        f"{day}T00:00:00+00:00" for day in expected
    )


def test_the_partitions_of_ten_years_leave_no_gap():
    for table in (DAYS, MONTHS):
        found = list(partitions.wanted(table, at=NOON, ahead=3653 if table is DAYS else 120))

        assert [one.high for one in found[:-1]] == [other.low for other in found[1:]]
        assert len({partition.name for partition in found}) == len(found)


def test_a_partition_is_named_after_its_time():
    assert partitions.partition_at(DAYS, NOON).name == "parted_2024_02_28"
    assert partitions.partition_at(MONTHS, NOON).name == "parted_2024_02"
    assert partitions.partition_at(DAYS, NOON).until == datetime(2024, 2, 29, tzinfo=UTC)


def test_tables_are_found_by_their_family():
    assert [table.name for table in partitions.tables(family="inbox")] == ["ingestion_inboxentry"]
    assert {table.name for table in partitions.tables(family="message")} == {
        "deliveries_message",
        "deliveries_messageevent",
        "deliveries_providerreference",
        "sending_outgoing",
        "sending_recipient",
        "tracking_click",
        "tracking_link",
    }
    assert len(partitions.tables()) == 8


def test_a_created_partition_takes_the_rows_of_its_time_with_all_keys(parted):
    run("INSERT INTO parted VALUES (%s, 'before')", lowest_id(NOON) - lowest_id(NOON) // 2)
    strays = [(lowest_id(NOON), "stray"), (lowest_id(NOON) + 1, "stray")]
    for stray in strays:
        run("INSERT INTO parted VALUES (%s, %s)", *stray)

    partitions.create(DAYS, partitions.partition_at(DAYS, NOON))

    run("INSERT INTO parted VALUES (%s, 'new')", lowest_id(NOON) + 2)
    assert run("SELECT * FROM parted_2024_02_28 ORDER BY id") == [
        *strays,
        (lowest_id(NOON) + 2, "new"),
    ]
    assert run("SELECT text FROM parted_default") == [("before",)]
    indexes = run("SELECT count(*) FROM pg_indexes WHERE tablename = 'parted_2024_02_28'")
    assert indexes == [(2,)]
    assert run("SELECT conname FROM pg_constraint WHERE conname = 'parted_2024_02_28_bounds'") == []


def test_the_ends_of_a_day_fall_on_either_side(parted):
    midnight = datetime(2024, 2, 29, tzinfo=UTC)
    for partition in partitions.wanted(DAYS, at=NOON, ahead=1):
        partitions.create(DAYS, partition)

    run("INSERT INTO parted VALUES (%s, 'last')", lowest_id(midnight) - 1)
    run("INSERT INTO parted VALUES (%s, 'first')", lowest_id(midnight))

    assert run("SELECT text FROM parted_2024_02_28") == [("last",)]
    assert run("SELECT text FROM parted_2024_02_29") == [("first",)]
    assert names() == ["parted_2024_02_28", "parted_2024_02_29"]


def test_a_dropped_partition_is_gone_with_its_rows(parted):
    partitions.create(DAYS, partitions.partition_at(DAYS, NOON))
    run("INSERT INTO parted VALUES (%s, 'old')", lowest_id(NOON))

    partitions.drop(partitions.existing(DAYS)[0])

    assert names() == []
    assert run("SELECT * FROM parted") == []


@pytest.mark.django_db
def test_making_ahead_twice_makes_nothing_the_second_time():
    at = datetime(2031, 1, 31, 12, tzinfo=UTC)

    created = partitions.create_ahead(at=at, ahead=1)

    assert created == sorted(created, key=created.index)
    assert {name for name in created if name.startswith("ingestion")} == {
        "ingestion_inboxentry_2031_01_31",
        "ingestion_inboxentry_2031_02_01",
    }
    assert {name for name in created if name.startswith("deliveries_message_")} == {
        "deliveries_message_2031_01",
        "deliveries_message_2031_02",
    }
    assert len(created) == 16
    assert partitions.create_ahead(at=at, ahead=1) == []
    assert partitions.missing(at=at) == []


@pytest.mark.django_db
def test_what_is_missing_is_named():
    missing = partitions.missing(at=datetime(2031, 1, 31, 12, tzinfo=UTC))

    assert len(missing) == 16
    assert "deliveries_messageevent_2031_02" in missing


@pytest.mark.django_db
def test_strays_are_counted_until_their_partition_is_made():
    at = datetime(2031, 5, 1, tzinfo=UTC)
    entry = {"account": records.account(), "method": "POST", "body": b"", "received_at": at}
    InboxEntry.objects.create(id=lowest_id(at), **entry)
    InboxEntry.objects.create(id=lowest_id(at) + 1, **entry)

    assert partitions.strays() == {"ingestion_inboxentry": 2}

    partitions.create_ahead(at=at, ahead=0)

    assert partitions.strays() == {}
    assert InboxEntry.objects.count() == 2


@pytest.mark.django_db
def test_statistics_are_refreshed_for_every_parent():
    partitions.analyze()


def other_connection():
    settings = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    return psycopg2.connect(**{name: settings[name] for name in names if name in settings})


@pytest.fixture
def parted_for_all(transactional_db):
    run("CREATE TABLE parted (id bigint PRIMARY KEY, text text NOT NULL) PARTITION BY RANGE (id)")
    run("CREATE TABLE parted_default PARTITION OF parted DEFAULT")
    with transaction.atomic():
        partitions.create(DAYS, partitions.partition_at(DAYS, NOON))
    yield
    run("DROP TABLE parted")


@pytest.fixture
def reader():
    """Somebody who is reading the table, and has not finished."""
    other = other_connection()
    other.cursor().execute("SELECT * FROM parted")
    yield other
    other.close()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(partitions, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(partitions.time, "sleep", lambda _seconds: None)


def test_a_drop_gives_up_where_a_reader_stays(parted_for_all, reader, impatient):
    with pytest.raises(OperationalError):
        partitions.drop(partitions.existing(DAYS)[0])

    assert names() == ["parted_2024_02_28"]


def test_a_drop_tries_again_until_the_reader_has_gone(
    parted_for_all, reader, impatient, monkeypatch
):
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 2:
            reader.rollback()

    monkeypatch.setattr(partitions.time, "sleep", wait)

    partitions.drop(partitions.existing(DAYS)[0])

    assert waits == [1, 2]
    assert names() == []


def test_another_trouble_of_the_database_is_not_waited_out(parted_for_all, impatient):
    def end_the_connection():
        run("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OperationalError):
        partitions._with_short_lock(end_the_connection)
    connection.close()


def test_strays_that_come_while_a_partition_is_made_find_their_place(parted_for_all):
    tomorrow = NOON + timedelta(days=1)
    other = other_connection()
    other.autocommit = True
    over = threading.Event()
    inserted = []

    def insert():
        with other.cursor() as cursor:
            while not over.is_set():
                identifier = lowest_id(tomorrow) + len(inserted)
                # PostgreSQL refuses the one row that was on its way into the default partition
                # when its own was attached; whoever inserts tries again.
                with contextlib.suppress(psycopg2.errors.CheckViolation):
                    cursor.execute("INSERT INTO parted VALUES (%s, 'stray')", [identifier])
                    inserted.append(identifier)

    thread = threading.Thread(target=insert)
    thread.start()
    try:
        for partition in list(partitions.wanted(DAYS, at=tomorrow, ahead=3)):
            partitions._with_short_lock(partitions.create, DAYS, partition)
    finally:
        over.set()
        thread.join()
        other.close()

    assert run("SELECT count(*) FROM parted_default") == [(0,)]
    assert run("SELECT count(*) FROM parted_2024_02_29") == [(len(inserted),)]
