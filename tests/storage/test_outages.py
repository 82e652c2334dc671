"""Outages in the log: few lines, that say how much."""

import logging

import pytest

from storage import outages
from storage.outages import Outage


@pytest.fixture
def said(caplog):
    """Return what was logged, without the seconds."""
    caplog.set_level(logging.WARNING, "storage.outages")

    def lines():
        return [
            {key: value for key, value in record.msg.items() if key in EXPECTED}
            for record in caplog.records
        ]

    return lines


EXPECTED = {"event", "by", "error", "failed", "kept"}


def line(event, *, failed=0, kept=0, **more):
    return {"event": event, "by": "box", "failed": failed, "kept": kept} | more


def test_an_outage_is_told_when_it_begins_and_when_it_is_over(said):
    outage = Outage(by="box")
    outage.met()

    for _ in range(100):
        outage.missed(OSError("with an address"))
        outage.fail()
        outage.keep()
    outage.met()
    outage.met()

    assert said() == [
        line("the database is away", error="OSError"),
        line("the database is back", failed=100, kept=100),
    ]


def test_once_a_minute_it_is_told_how_much_waits(said, monkeypatch):
    outage = Outage(by="box")
    now = 1_000.0
    monkeypatch.setattr(outages.time, "monotonic", lambda: now)

    for _ in range(150):
        outage.missed(OSError())
        outage.keep()
        now += 1

    assert said()[1:] == [
        line("the database is still away", kept=60),
        line("the database is still away", kept=120),
    ]


def test_the_next_outage_is_told_anew(said):
    outage = Outage(by="box")
    for _ in range(2):
        outage.keep()
        outage.missed(OSError())
        outage.met()

    assert said() == 2 * [
        line("the database is away", error="OSError", kept=1),
        line("the database is back", kept=1),
    ]


def test_what_failed_while_the_database_was_there_belongs_to_no_outage(said):
    outage = Outage(by="box")
    outage.fail()
    outage.met()
    outage.missed(OSError())

    assert said() == [line("the database is away", error="OSError")]


def test_a_forked_process_has_met_nothing_yet(said):
    outage = Outage(by="box")
    outage.missed(OSError())
    outage.forget()
    outage.met()

    assert said() == [line("the database is away", error="OSError")]
