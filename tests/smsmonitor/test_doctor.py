"""The doctor finds what is ill, and says what cures it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from django.utils import timezone

from deliveries.models import Message
from ingestion.models import HeldCallback, QueueItem
from smsmonitor import doctor
from smsmonitor.doctor import State
from storage import ids
from tests import records

pytestmark = pytest.mark.django_db

NOWHERE = "redis://127.0.0.1:1/0"


def states():
    return {finding.name: finding.state for finding in doctor.examine(at=timezone.now())}


def finding(name):
    return next(found for found in doctor.examine(at=timezone.now()) if found.name == name)


def test_healthy_system_has_no_problem_and_only_misses_its_worker():
    found = states()

    assert found.pop("disk") in State
    assert found.pop("clicks") == State.OK
    assert found == {
        "cache": State.OK,
        "broker": State.OK,
        "database": State.OK,
        "clock": State.OK,
        "connections": State.OK,
        "migrations": State.OK,
        "partitions": State.OK,
        "backlog": State.OK,
        "callbacks": State.OK,
        "spool": State.OK,
        "queues": State.WARNING,
    }


def test_callbacks_that_wait_long_are_a_problem():
    long_ago = timezone.now() - timedelta(minutes=11)
    QueueItem.objects.create(entry_id=ids.lowest_id(long_ago))

    found = finding("backlog")

    assert (found.state, found.text) == (
        State.PROBLEM,
        "1 callbacks wait, the oldest for 660 s",
    )


def test_callbacks_that_have_just_come_are_none():
    QueueItem.objects.create(entry_id=ids.lowest_id(timezone.now()))

    assert finding("backlog").state == State.OK


@override_settings(WEB_WORKERS=50)
def test_more_threads_than_connections_are_a_problem_with_its_cure():
    found = finding("connections")

    assert found.state == State.PROBLEM
    assert found.cure.startswith("Lower WEB_WORKERS, WEB_THREADS or WORKER_CONCURRENCY")


@override_settings(REDIS_URL=NOWHERE, CELERY_BROKER_URL=NOWHERE)
def test_redis_that_is_away_is_a_problem_and_the_exit_code_says_so():
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out)

    assert ended.value.code == 1
    assert "problem  cache        does not serve\n" in out.getvalue()
    assert "Start it, or correct REDIS_URL." in out.getvalue()


@pytest.mark.parametrize("name", ["COUNTRY_DATABASE", "DATA_CENTRES_FILE"])
def test_a_file_for_clicks_that_cannot_be_used_is_named(settings, tmp_path, name):
    file = tmp_path / "file"
    file.write_text("nothing of use")
    setattr(settings, name, str(file))

    found = finding("clicks")

    assert found.state == State.WARNING
    assert name in found.text


def test_command_prints_one_line_for_each_finding():
    out = StringIO()

    call_command("doctor", stdout=out)

    assert "ok       migrations   all applied\n" in out.getvalue()


def test_rows_outside_every_partition_are_a_problem():
    far = ids.lowest_id(timezone.now() + timedelta(days=4000))
    Message.objects.create(
        pk=far, delivery=records.delivery(), address="x", changed_at=records.NOON
    )

    found = finding("partitions")

    assert (found.state, found.text, found.cure) == (
        State.PROBLEM,
        "0 missing, rows outside every partition in ['deliveries_message']",
        "Run `manage.py maintain_partitions`.",
    )


def test_partitions_that_are_not_made_yet_are_a_warning():
    later = timezone.now() + timedelta(days=4000)

    found = next(f for f in doctor.examine(at=later) if f.name == "partitions")

    assert found.state == State.WARNING


def test_dead_callbacks_are_a_warning_that_says_where_they_are():
    HeldCallback.objects.create(
        account=records.account(),
        state="dead",
        entry_id=1,
        method="POST",
        body=b"",
        received_at=records.NOON,
    )

    found = finding("callbacks")

    assert (found.state, found.text) == (State.WARNING, "1 dead, 0 parked")
    assert "/callbacks/health/" in found.cure


def test_migrations_that_are_missing_are_a_problem_and_stop_what_needs_tables():
    MigrationRecorder.Migration.objects.filter(app="sessions").delete()

    found = states()

    assert found["migrations"] == State.PROBLEM
    assert "backlog" not in found


@pytest.mark.django_db(transaction=True)
def test_database_that_is_away_ends_the_examination():
    connection.close()
    before = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    try:
        found = states()
    finally:
        connection.settings_dict.update(before)

    assert found["database"] == State.PROBLEM
    assert "clock" not in found


@pytest.mark.parametrize(
    ("skew", "state"), [(0, State.OK), (5, State.WARNING), (90, State.PROBLEM)]
)
def test_clocks_that_differ_are_told_by_how_much(skew, state):
    assert doctor._grade(skew > doctor._CLOCK_WARNING, skew > doctor._CLOCK_PROBLEM) == state


@pytest.mark.parametrize(
    ("megabytes", "allowed", "state"),
    [(1, 256, State.OK), (2, 3, State.WARNING), (2, 2, State.PROBLEM)],
)
def test_clicks_on_the_disk_are_told(settings, tmp_path, megabytes, allowed, state):
    settings.SMSMONITOR_HOME, settings.CLICK_SPOOL_MB = tmp_path, allowed
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "1-a.clicks").write_bytes(bytes(megabytes << 20))

    found = doctor._spool()

    assert (found.state, bool(found.cure)) == (state, state != State.OK)
    assert found.text == f"{megabytes} of {allowed} MB of clicks wait on this machine's disk"
