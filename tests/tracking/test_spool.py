"""Clicks on the disk: synced before they are answered, loaded once."""

import multiprocessing
import os
import uuid
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError

from storage.batches import Unavailable
from tests import records
from tests.outages import database_away
from tests.records import NOON
from tests.threads import PATIENCE_SECONDS, apart
from tracking import arrivals, spool, tasks
from tracking.arrivals import Arrival
from tracking.models import Click
from tracking.spool import Spool

pytestmark = pytest.mark.django_db


def arrival(number=1, **fields):
    made = {
        "message_id": 381000000000000000 + number,
        "delivery_id": 1,
        "url_id": 2,
        "request_id": str(uuid.UUID(int=number)),
        "at": NOON,
        "method": "GET",
        "user_agent": 'Ümläut "\\ \n',
        "network": "203.0.113.0/24",
        "headers": '{"purpose": "prefetch"}',
    }
    return Arrival(**made | fields)


def files():
    return sorted(path.suffix for path in spool.folder().iterdir())


def test_what_is_kept_is_loaded_once():
    first, second = Spool(), Spool()
    first.keep(arrival(1))
    first.keep(arrival(2))
    second.keep(arrival(3))
    second.keep(arrival(1))
    assert (spool.is_waiting(), files()) == (True, [".clicks", ".clicks"])

    assert tasks.load_spool() == 3

    assert (spool.is_waiting(), spool.size(), files(), tasks.load_spool()) == (False, 0, [], 0)
    assert Click.objects.count() == 3
    click = Click.objects.get(request_id=uuid.UUID(int=1))
    assert (click.at, click.user_agent) == (NOON, 'Ümläut "\\ \n')
    assert (click.headers, click.verdict) == ({"purpose": "prefetch"}, "unjudged")


def test_a_click_that_was_committed_too_is_there_once():
    arrivals.store([arrival(1)])
    Spool().keep(arrival(1))

    assert spool.load() == 0
    assert Click.objects.count() == 1


def test_who_clicked_is_not_kept_where_the_message_was_erased_before():
    erased = records.message(records.delivery(), address="")
    Spool().keep(arrival(1, message_id=erased.pk))

    assert spool.load() == 1
    click = Click.objects.get()
    assert (click.user_agent, click.network, click.headers) == ("", "", {})


def test_a_writer_goes_on_in_a_new_file_when_its_own_was_taken_away():
    kept = Spool()
    kept.keep(arrival(1))
    first = kept.path
    spool.load()

    kept.keep(arrival(2))

    assert kept.path != first
    assert spool.load() == 1


def test_a_loader_that_died_leaves_its_file_to_the_next():
    kept = Spool()
    kept.keep(arrival(1))
    kept.path.rename(kept.path.with_suffix(spool.TAKEN))

    assert spool.load() == 1
    assert not spool.is_waiting()


def test_a_process_that_died_while_writing_has_acknowledged_whole_lines_only():
    kept = Spool()
    kept.keep(arrival(1))
    with kept.path.open("ab") as file:
        file.write(b'{"message_id": 1, "deliv')

    assert spool.load() == 1
    assert files() == []


@pytest.mark.parametrize(
    "line",
    [
        b"nothing",
        b"[]",
        b"{}",
        b'{"message_id": 1}',
        arrivals.written(arrival(1, request_id="no")).encode(),
        arrivals.written(arrival(1, at=NOON)).replace("2026", "year").encode(),
    ],
)
def test_lines_that_tell_nothing_are_set_aside_and_the_others_loaded(line):
    kept = Spool()
    kept.keep(arrival(2))
    with kept.path.open("ab") as file:
        file.write(line + b"\n")
    kept.keep(arrival(3))

    assert spool.load() == 2
    assert files() == [".damaged"]
    assert not spool.is_waiting()


def test_what_the_database_refuses_is_set_aside():
    Spool().keep(arrival(1, method="LONGER THAN ITS COLUMN"))

    assert spool.load() == 0
    assert files() == [".damaged"]


def test_a_full_spool_takes_no_more(settings):
    kept = Spool()
    settings.CLICK_SPOOL_MB = 0
    with pytest.raises(Unavailable):
        kept.keep(arrival(1))

    settings.CLICK_SPOOL_MB = 1
    kept.keep(arrival(2))
    assert 0 < spool.size() < 1_000


def test_half_a_write_leaves_no_half_line(monkeypatch):
    kept = Spool()
    kept.keep(arrival(1))
    before = kept.path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(Unavailable):
            kept.keep(arrival(2))

    assert kept.path.read_bytes() == before
    kept.keep(arrival(3))
    assert spool.load() == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_database_everything_stays_where_it_is():
    Spool().keep(arrival(1))

    with database_away(silent=False):
        failure = apart(spool.load).exception(PATIENCE_SECONDS)

    assert isinstance(failure, OperationalError)
    assert spool.is_waiting()
    assert spool.load() == 1


def _keep_many(home, first, count):
    django_settings.SMSMONITOR_HOME = Path(home)
    kept = Spool()
    for number in range(first, first + count):
        kept.keep(arrival(number))


def test_processes_write_while_another_loads(settings):
    spawn = multiprocessing.get_context("fork")
    writers = [
        spawn.Process(target=_keep_many, args=(str(settings.SMSMONITOR_HOME), first, 150))
        for first in (1_000, 2_000)
    ]
    for writer in writers:
        writer.start()
    loaded = 0
    while any(writer.is_alive() for writer in writers):
        loaded += spool.load()
    for writer in writers:
        writer.join()

    assert [writer.exitcode for writer in writers] == [0, 0]
    assert loaded + spool.load() == 300
    assert Click.objects.count() == 300


def test_a_forked_process_writes_a_file_of_its_own(monkeypatch):
    kept = Spool()
    kept.keep(arrival(1))
    first = kept.path

    monkeypatch.setattr(os, "getpid", lambda: 1)
    kept.keep(arrival(2))

    assert kept.path != first
    assert spool.load() == 2
