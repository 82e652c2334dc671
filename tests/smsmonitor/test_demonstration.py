"""The demonstration of the first run, at a smaller size."""

import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from deliveries import figures, incidents, recount
from deliveries.models import AuditEvent, Delivery, Exclusion, Message
from ingestion.simulator import accounts, people
from ingestion.simulator.posting import Refused
from ingestion.simulator.run import run
from messaging.channels import Channel
from messaging.failures import Reason
from messaging.statuses import AddressStatus, DeliveryStatus, MessageStatus
from providers.models import ProviderAccount
from providers.simulation import Profile
from quarantine import acts
from quarantine.ledger import Name
from quarantine.models import Address, Fact, Incident
from sending import preparation, uploads
from sending.models import Upload
from smsmonitor.demonstration import clicking, past, present, scenes, showing
from smsmonitor.demonstration.waiting import wait_for
from tests.webserver import Web, Worker, environment
from tracking import judging, proposals
from tracking.models import Click, TrackedUrl

pytestmark = pytest.mark.django_db(transaction=True)
PAST = [
    replace(scenes.PAST[0], messages=120, rate=1.0, profile=Profile(silent=0.2)),
    replace(scenes.PAST[1], messages=100, rate=0.1),
]
# Still enough messages of the carrier to be an outage.
LATEST = replace(
    scenes.LATEST[0], messages=1_000, rate=1.0, outage=("+33", timedelta(0), timedelta(minutes=20))
)
LIVE = replace(scenes.PRESENT[0], recipients=240)
LATER = replace(scenes.PRESENT[1], recipients=40)


class Preparer(threading.Thread):
    """Reads files and prepares targets, as the worker does."""

    def __init__(self):
        super().__init__(daemon=True)
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.wait(0.05):
            uploads.work(at=timezone.now())
            preparation.work()
        preparation.transaction.get_connection().close()

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
    threads = [Worker(), Preparer()]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.stop()


@pytest.fixture
def account(transactional_db):
    return accounts.account(at=timezone.now(), credentials=scenes.WORLD)


@pytest.fixture
def restore(web, account):
    def restored(scene, *, patience=20):
        simulate = partial(run, connections=2, tell=print, line=web.line, patience=patience)
        return past.show(scene, account=account, simulate=simulate)

    return restored


def codes(delivery):
    lines = AuditEvent.objects.filter(delivery=delivery).order_by("id")
    return list(lines.values_list("code", flat=True))


def test_all_is_shown_once(web, helpers, monkeypatch):
    monkeypatch.setattr(scenes, "PAST", PAST)
    monkeypatch.setattr(scenes, "PRESENT", (LIVE, LATER))
    monkeypatch.setattr(scenes, "LATEST", (replace(LATEST, messages=100),))
    told = []

    showing.show(tell=told.append, line=web.line)
    before = list(Delivery.objects.order_by("id").values_list("id", "modified_at"))
    showing.show(tell=told.append, line=web.line)

    found = list(Delivery.objects.filter(proof_of=None).order_by("id"))
    assert told == [
        "Autumn collection preview: 120 messages, finished.",
        "Loyalty points about to expire: 100 messages, finished.",
        f"Weekend flash sale: in progress, watch {found[2].code}.",
        f"Opening day in Turin: scheduled, watch {found[3].code}.",
        "Order updates: 100 messages, a carrier failed.",
    ]
    assert [each.status for each in found] == [
        "finished",
        "finished",
        "in_progress",
        "scheduled",
        "finished",
    ]
    assert list(Delivery.objects.order_by("id").values_list("id", "modified_at")) == before
    assert ProviderAccount.objects.get().credentials.items() >= scenes.WORLD.items()
    now = figures.of(delivery_ids=[each.pk for each in found[:2]])
    assert [now[each.pk].targeted for each in found[:2]] == [120, 100]
    assert recount.drifts(delivery_ids=[each.pk for each in found]) == []


def test_a_delivery_of_the_past_has_the_times_of_then(restore, helpers):
    restore(PAST[0])

    delivery = Delivery.objects.get()
    days = timezone.now().date() - delivery.contact_date.date()
    assert (days, delivery.contact_date.hour) == (timedelta(days=6), 9)
    assert delivery.started_at == delivery.contact_date
    assert delivery.created_at < delivery.started_at
    assert delivery.finished_at == delivery.last_registered_at + timedelta(hours=72)
    assert codes(delivery) == ["DEL-1001", "DEM-1001", "DEL-1010", "DEL-1090"]
    assert Message.objects.filter(status=MessageStatus.UNKNOWN).exists()


def test_the_outage_is_seen_in_the_failures(restore, helpers):
    restore(PAST[1])

    failed = Message.objects.filter(reason=Reason.UNREACHABLE, address__startswith="+33")
    began_at = Delivery.objects.get().started_at
    spans = [at - began_at for at in failed.values_list("failed_at", flat=True)]
    assert spans
    inside = [timedelta(minutes=10) <= span < timedelta(minutes=25) for span in spans]
    assert sum(inside) >= len(inside) - 1


def test_the_latest_outage_is_held_as_an_incident(restore, helpers):
    restore(LATEST)
    delivery = Delivery.objects.get()
    assert timedelta(minutes=59) < timezone.now() - delivery.started_at < timedelta(minutes=63)

    while incidents.watch(at=timezone.now()):
        pass

    found = Incident.objects.get()
    assert (found.account_id, found.country, found.state) == (delivery.account_id, "FR", "open")
    assert not found.goes_on()
    assert found.held == Fact.objects.filter(incident=found).count() > 200
    assert not Address.objects.filter(address__startswith="+33", status="quarantine").exists()
    assert recount.drifts(delivery_ids=[delivery.pk]) == []


def test_people_click_whose_numbers_are_quarantined(restore, helpers, web):
    restore(replace(LATEST, messages=100))
    delivery = Delivery.objects.get()
    reached = Message.objects.filter(delivery=delivery, status=MessageStatus.DELIVERED)
    for address in reached.values_list("address", flat=True)[:7]:
        name = Name(Channel.SMS, address)
        acts.add(name=name, status="quarantine", text="Bounced", by=None, at=timezone.now())

    line = web.line()
    clicking.show(LATEST, line=line)
    clicking.show(LATEST, line=line)
    line.close()
    wait_for(lambda: Click.objects.count() == clicking.PEOPLE)
    judging.judge()
    proposals.follow()

    assert proposals.to_decide().count() == clicking.PEOPLE
    assert figures.of(delivery_ids=[delivery.pk])[delivery.pk].human_clicks == clicking.PEOPLE
    assert recount.drifts(delivery_ids=[delivery.pk]) == []


def test_a_past_without_a_worker_says_so_and_goes_on_later(restore):
    with pytest.raises(past.NotApplied, match="No worker applies the callbacks"):
        restore(PAST[0], patience=0.3)
    waiting = Delivery.objects.get()
    worker = Worker()
    worker.start()

    restore(PAST[0])

    worker.stop()
    assert waiting.status == DeliveryStatus.PAUSED
    assert Delivery.objects.get().status == DeliveryStatus.FINISHED
    assert Message.objects.count() == 120


def test_a_delivery_of_our_own_goes_through_the_steps_of_a_person(account, helpers):
    for number, status in ((0, AddressStatus.QUARANTINE), (1, AddressStatus.DENYLISTED)):
        name = Name(Channel.SMS, people.person(number).address)
        acts.add(name=name, status=status, text="Bounced", by=None, at=timezone.now())

    delivery = present.show(LIVE, account=account)

    reasons = set(Exclusion.objects.filter(delivery=delivery).values_list("reason", flat=True))
    assert reasons == {
        Reason.NO_ADDRESS,
        Reason.BAD_QUALITY,
        Reason.DUPLICATE,
        Reason.DENYLISTED,
        Reason.QUARANTINED,
        Reason.CONTROL,
        Reason.EXCLUDED_BY_RULE,
    }
    upload = Upload.objects.get(delivery=delivery)
    assert (upload.state, upload.name, upload.bad_count) == ("done", "members-autumn.csv", 2)
    assert Delivery.objects.get(proof_of=delivery).status == DeliveryStatus.IN_PROGRESS
    labels = TrackedUrl.objects.filter(delivery=delivery).values_list("label", flat=True)
    assert set(labels) == {"Flash sale", "Find a shop"}
    said = codes(delivery)
    assert said[:2] == ["DEL-1001", "DEM-1003"]
    assert [code for code in said if code in ("DEL-1005", "DEL-1011", "DEL-1038", "DEL-1020")] == [
        "DEL-1005",
        "DEL-1011",
        "DEL-1038",
        "DEL-1020",
    ]
    assert delivery.launch.next_wave_at == delivery.started_at + timedelta(minutes=2)


def test_what_cannot_be_prepared_is_told(account, helpers, monkeypatch):
    def lost(*_, **__):
        raise preparation.WorkerDied("The worker has died 5 times.")

    monkeypatch.setattr(preparation.Run, "done", lost)

    with pytest.raises(present.NotPrepared, match="The worker has died 5 times"):
        present.show(LATER, account=account)


def test_a_showing_waits_for_the_web_server(monkeypatch, transactional_db):
    web = Web()
    monkeypatch.setattr(scenes, "PAST", ())
    monkeypatch.setattr(scenes, "PRESENT", ())
    monkeypatch.setattr(scenes, "LATEST", ())
    starting = threading.Timer(0.5, web.start)
    starting.start()

    showing.show(tell=print, line=web.line)

    starting.join()
    asked = web.line()
    assert asked.answers()
    asked.close()
    web.kill()


def test_the_command_tells_in_a_sentence_why_it_cannot_go_on(web, settings, monkeypatch):
    def refuse(**_):
        raise Refused("The callback address answers 404: nothing more is posted.")

    settings.PORT = web.port
    monkeypatch.setattr(showing, "run", refuse)
    usual = signal.getsignal(signal.SIGTERM)

    with pytest.raises(CommandError, match="The callback address answers 404"):
        call_command("demo")

    assert signal.signal(signal.SIGTERM, usual) is signal.default_int_handler


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
