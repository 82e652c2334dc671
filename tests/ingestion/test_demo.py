"""The demonstration of the first run, at a smaller size and a higher speed."""

import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from deliveries import figures, recount
from deliveries.models import AuditEvent, Delivery, Message
from ingestion import demo
from ingestion.simulator.posting import Refused
from messaging.failures import Reason
from messaging.statuses import DeliveryStatus, MessageStatus
from providers.models import ProviderAccount
from providers.simulation import Profile
from sending import closing
from tests.webserver import Web, Worker, environment

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = [
    replace(demo.SCENES[0], messages=120, rate=1.0, profile=Profile(silent=0.2)),
    replace(demo.SCENES[1], messages=100, rate=0.1),
    replace(
        demo.SCENES[2],
        messages=60,
        rate=60.0,
        every=timedelta(seconds=0.5),
        profile=Profile(speed=50.0),
    ),
]


class Clock(threading.Thread):
    """Closes what has ended, as beat has it done, and finds everything out of date."""

    def __init__(self):
        super().__init__(daemon=True)
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.wait(0.1):
            closing.close_ended(at=timezone.now() + timedelta(hours=1))
        closing.transaction.get_connection().close()

    def stop(self):
        self.stopping.set()
        self.join()


@pytest.fixture(scope="module")
def web(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        running = Web()
        running.start()
    yield running
    running.kill()


@pytest.fixture
def helpers(transactional_db):
    threads = [Worker(), Clock()]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.stop()


@pytest.fixture
def show(web, transactional_db, monkeypatch):
    monkeypatch.setattr(demo, "END_POLL_SECONDS", 0.1)

    def shown(*scenes, patience=20):
        monkeypatch.setattr(demo, "SCENES", scenes)
        told = []
        demo.show(end=closing.end, tell=told.append, line=web.line, patience=patience)
        return told

    return shown


def test_three_deliveries_are_shown_to_their_end(show, helpers):
    told = show(*SMALL)

    past, outage, live = Delivery.objects.order_by("id")
    assert told == [
        "Autumn collection preview: 120 messages, finished.",
        "Loyalty points about to expire: 100 messages, finished.",
        f"Weekend flash sale: 60 messages are being sent, watch {live.code}.",
        "Weekend flash sale: finished.",
    ]
    found = figures.of(delivery_ids=[past.pk, outage.pk, live.pk])
    assert [found[each.pk].targeted for each in (past, outage, live)] == [120, 100, 60]
    assert {found[each.pk].in_progress for each in (past, outage, live)} == {0}
    assert recount.drifts(delivery_ids=[past.pk, outage.pk, live.pk]) == []


def test_a_delivery_of_the_past_has_the_times_of_then(show, helpers):
    show(SMALL[0])

    delivery = Delivery.objects.get()
    days = timezone.now().date() - delivery.contact_date.date()
    assert (days, delivery.contact_date.hour) == (timedelta(days=6), 9)
    assert delivery.started_at == delivery.contact_date
    assert delivery.created_at < delivery.started_at
    assert delivery.finished_at == delivery.last_registered_at + timedelta(hours=72)
    # The clock of this test may find its messages overdue before their receipts are posted.
    journal = AuditEvent.objects.filter(delivery=delivery).exclude(code=closing.OVERDUE)
    journal = journal.order_by("id")
    assert list(journal.values_list("code", flat=True)) == [
        "DEL-1001",
        "DEM-1001",
        "DEL-1010",
        "DEL-1090",
    ]
    assert max(journal.values_list("at", flat=True)) == delivery.finished_at
    assert Message.objects.filter(status=MessageStatus.UNKNOWN).exists()


def test_the_outage_is_seen_in_the_failures(show, helpers):
    show(SMALL[1])

    failed = Message.objects.filter(reason=Reason.UNREACHABLE, address__startswith="+33")
    began_at = Delivery.objects.get().started_at
    spans = [at - began_at for at in failed.values_list("failed_at", flat=True)]
    assert spans
    inside = [timedelta(minutes=10) <= span < timedelta(minutes=25) for span in spans]
    assert sum(inside) >= len(inside) - 1


def test_a_second_showing_makes_nothing_twice(show, helpers):
    show(*SMALL)
    before = list(Delivery.objects.order_by("id").values_list("id", "modified_at"))

    told = show(*SMALL)

    assert told == ["Weekend flash sale: finished."]
    assert list(Delivery.objects.order_by("id").values_list("id", "modified_at")) == before
    assert ProviderAccount.objects.count() == 1


def test_a_showing_without_a_worker_says_so_and_goes_on_later(show):
    with pytest.raises(demo.NotApplied, match="No worker applies the callbacks"):
        show(SMALL[0], patience=0.3)
    waiting = Delivery.objects.get()
    worker = Worker()
    worker.start()

    show(SMALL[0])

    worker.stop()
    assert waiting.status == DeliveryStatus.PAUSED
    assert Delivery.objects.get().status == DeliveryStatus.FINISHED
    assert Message.objects.count() == 120


def test_a_showing_waits_for_the_web_server(monkeypatch, transactional_db):
    web = Web()
    monkeypatch.setattr(demo, "SCENES", ())
    starting = threading.Timer(0.5, web.start)
    starting.start()

    demo.show(end=closing.end, tell=print, line=web.line)

    starting.join()
    asked = web.line()
    assert asked.answers()
    asked.close()
    web.kill()


def test_the_command_shows_it_on_the_port_of_the_web_server(web, settings, monkeypatch):
    settings.PORT = web.port
    monkeypatch.setattr(demo, "SCENES", ())
    usual = signal.getsignal(signal.SIGTERM)

    call_command("demo")

    installed = signal.signal(signal.SIGTERM, usual)
    assert installed is signal.default_int_handler


def test_the_command_tells_in_a_sentence_why_it_cannot_go_on(web, settings, monkeypatch):
    def refuse(**_):
        raise Refused("The callback address answers 404: nothing more is posted.")

    settings.PORT = web.port
    monkeypatch.setattr(demo, "SCENES", SMALL[:1])
    monkeypatch.setattr(demo, "run", refuse)
    usual = signal.getsignal(signal.SIGTERM)

    with pytest.raises(CommandError, match="The callback address answers 404"):
        call_command("demo")

    signal.signal(signal.SIGTERM, usual)


def test_a_showing_that_is_told_to_end_ends_at_once_and_quietly(web, transactional_db):
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        env=environment() | {"PORT": str(web.port)},
        stderr=subprocess.PIPE,
    )
    while not Message.objects.exists():
        time.sleep(0.05)

    process.send_signal(signal.SIGTERM)

    try:
        _, complaints = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, complaints) == (130, b"")
