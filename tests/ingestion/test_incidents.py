"""An outage quarantines nobody: its errors are held, in any order, until a person decides."""

import json
import random
from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from deliveries import incidents
from deliveries.models import AuditEvent
from ingestion import inbox, judgements, judging
from messaging.failures import FailureClass, Reason
from messaging.statuses import MessageStatus
from providers.models import Qualification
from quarantine import acts, tallies, thresholds
from quarantine.facts import Fact as Told
from quarantine.incidents import Holding, NotNow, marked
from quarantine.models import Address, Change, Fact, Incident, Tally
from quarantine.places import Place
from quarantine.thresholds import Wanted
from tests import records
from tests.ingestion import callbacks
from tests.ingestion.test_drain import Statements

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(second=0, microsecond=0)
START = NOW - timedelta(minutes=30)
MANY = 40


@pytest.fixture(autouse=True)
def few():
    """Let twenty messages be enough."""
    thresholds.change(Wanted(least_messages=20), by=None, at=NOW)


@pytest.fixture
def table(table):
    table["gone"] = (MessageStatus.FAILED, FailureClass.USER_UNKNOWN)
    table["busy"] = (MessageStatus.FAILED, FailureClass.UNREACHABLE)
    return table


@pytest.fixture
def tell(delivery, account):
    """Register messages to numbers that begin so, and report on them; returns their callbacks."""

    def told(word, *, numbers, minute=0, prefix="+39333", at_once=True, shuffle=False):
        at = (START + timedelta(minutes=minute)).isoformat()
        addresses = [f"{prefix}{number:07}" for number in numbers]
        names = [f"{address}-{minute}-{word}" for address in addresses]
        lines = [
            {"address": address, "provider_message_id": name}
            for address, name in zip(addresses, names, strict=True)
        ]
        callbacks.register(delivery, *lines, at=START - timedelta(minutes=5))
        arrivals = [
            callbacks.raw(
                account, json.dumps({"id": name, "word": word, "at": at}).encode(), received_at=NOW
            )
            for name in names
        ]
        if shuffle:
            random.Random(3).shuffle(arrivals)
        inbox.store(arrivals)
        if at_once:
            callbacks.apply_all()

    return told


def watch(*, at=NOW):
    while incidents.watch(at=at):
        pass


def statuses():
    return sorted(set(Address.objects.values_list("status", flat=True)))


def dismiss(row):
    incidents.decide(incident_id=row.pk, state="dismissed", text="A bad list", by=None, at=NOW)


def the_incident():
    return Incident.objects.get()


def test_an_outage_quarantines_nobody_and_is_found(tell, account):
    tell("gone", numbers=range(MANY))
    assert statuses() == ["quarantine"]

    watch()

    row = the_incident()
    assert (row.account_id, row.country, row.network, row.prefix) == (account.pk, "", "", "")
    assert (row.state, row.messages, row.failed, row.held) == ("open", MANY, MANY, MANY)
    assert (row.began_at, row.failing_until) == (START, START + timedelta(seconds=10))
    assert statuses() == ["valid"]
    assert Change.objects.filter(incident=row, after="valid").count() == MANY


@pytest.mark.parametrize("limit", [1, 7, 1_000])
def test_it_ends_the_same_whatever_the_batches(tell, limit):
    tell("gone", numbers=range(MANY), at_once=False, shuffle=True)
    for turn in range(MANY // 10):
        callbacks.drain.drain_batch(limit=min(limit * (turn + 1), 10))
        watch()
    callbacks.apply_all(limit=limit)
    watch()

    assert statuses() == ["valid"]
    assert the_incident().held == MANY


def test_what_is_told_late_or_twice_is_held_too(tell):
    tell("gone", numbers=range(MANY))
    watch()

    tell("gone", numbers=[900])
    tell("gone", numbers=range(MANY))

    assert statuses() == ["valid"]
    watch()
    assert the_incident().held == MANY + 1


def test_errors_of_another_time_and_place_count(tell):
    tell("done", numbers=range(MANY), prefix="+44791", minute=0)
    tell("gone", numbers=range(MANY))
    watch()
    row = the_incident()
    assert (row.country, row.state) == ("IT", "open")

    tell("gone", numbers=[1], prefix="+44792")
    tell("gone", numbers=[999], minute=-20)

    quarantined = Address.objects.filter(status="quarantine").values_list("address", flat=True)
    assert sorted(quarantined) == ["+393330000999", "+447920000001"]


def test_a_bad_list_is_no_outage(tell):
    tell("done", numbers=range(100, 170))
    tell("gone", numbers=range(30))

    watch()

    assert not Incident.objects.exists()
    assert Address.objects.filter(status="quarantine").count() == 30


def test_few_errors_are_no_outage(tell):
    tell("gone", numbers=range(19))

    watch()

    assert not Incident.objects.exists()


def test_nothing_is_held_while_nobody_watches(tell):
    thresholds.change(Wanted(enabled=False), by=None, at=NOW)
    tell("gone", numbers=range(MANY))

    watch()

    assert statuses() == ["quarantine"]


def test_dismissing_makes_the_errors_count_and_confirming_makes_them_void_again(tell):
    tell("gone", numbers=range(MANY))
    tell("busy", numbers=range(MANY, 2 * MANY))
    watch()
    row = the_incident()

    dismiss(row)
    watch()

    gone = Address.objects.filter(address__lt=f"+39333{MANY:07}")
    assert set(gone.values_list("status", "error_count")) == {("quarantine", 1)}
    busy = Address.objects.filter(address__gte=f"+39333{MANY:07}")
    assert set(busy.values_list("status", "error_count")) == {("with_errors", 1)}
    assert the_incident().held == 0

    incidents.decide(incident_id=row.pk, state="confirmed", text="", by=None, at=NOW)
    watch()

    assert statuses() == ["valid"]
    assert the_incident().held == 2 * MANY
    assert not Tally.objects.filter(fresh=True).exists()


def test_a_decision_twice_is_refused(tell):
    tell("gone", numbers=range(MANY))
    watch()
    row = the_incident()
    incidents.decide(incident_id=row.pk, state="confirmed", text="", by=None, at=NOW)

    with pytest.raises(NotNow):
        incidents.decide(incident_id=row.pk, state="confirmed", text="", by=None, at=NOW)


def test_what_people_decided_stays(tell):
    tell("gone", numbers=range(MANY))
    address = Address.objects.order_by("address").first()
    acts.decide(address_ids=[address.pk], status="denylisted", text="Asked", by=None, at=NOW)

    watch()

    assert statuses() == ["denylisted", "valid"]


def test_it_ends_when_messages_arrive_again_and_goes_on_when_they_fail_again(tell):
    tell("gone", numbers=range(MANY))
    tell("done", numbers=range(MANY), minute=2)
    watch()
    row = the_incident()
    assert row.held_until == START + timedelta(seconds=20)

    tell("gone", numbers=[900], minute=3)
    assert Address.objects.get(address="+393330000900").status == "quarantine"
    tell("gone", numbers=range(100, 100 + 2 * MANY), minute=3)
    watch()

    row = the_incident()
    assert row.held_until == START + timedelta(minutes=3, seconds=20)
    assert statuses() == ["valid"]


def test_a_spike_that_successes_outgrow_is_withdrawn(tell):
    tell("gone", numbers=range(MANY))
    watch()

    tell("done", numbers=range(100, 100 + 4 * MANY))
    watch()

    assert the_incident().state == "withdrawn"
    assert statuses() == ["quarantine"]
    with pytest.raises(NotNow):
        incidents.decide(incident_id=the_incident().pk, state="confirmed", text="", by=None, at=NOW)


def test_the_usual_share_is_told_and_asked_for(tell):
    for minute in range(-20, -10):
        tell("done", numbers=range(28), minute=minute)
        tell("gone", numbers=range(500, 502), minute=minute)
    tell("gone", numbers=range(MANY))

    watch()

    assert round(the_incident().usual, 2) == 0.07


def test_a_place_that_always_fails_is_no_outage(tell):
    for minute in range(-20, -10):
        tell("gone", numbers=range(28), minute=minute)
        tell("done", numbers=range(500, 502), minute=minute)
    watch()
    dismiss(the_incident())

    tell("gone", numbers=range(27))
    tell("done", numbers=range(600, 603))
    watch()

    assert the_incident().failing_until < START


def test_old_minutes_become_hours_without_those_of_incidents(tell):
    tell("gone", numbers=range(MANY))
    tell("done", numbers=range(MANY), minute=5)
    watch()

    tallies.put_together(at=NOW + timedelta(days=3))

    assert [(tally.messages, tally.failed) for tally in Tally.objects.all()] == [(MANY, 0)]
    tallies.put_together(at=NOW + timedelta(days=40))
    assert not Tally.objects.exists()


def test_the_drain_costs_the_same_number_of_statements(tell, monkeypatch):
    tell("gone", numbers=range(MANY))
    watch()
    statements = Statements(monkeypatch)
    counts = []
    for numbers in (range(100, 110), range(200, 260)):
        tell("gone", numbers=numbers, at_once=False)
        counts.append(statements.of(lambda: callbacks.drain.drain_batch(limit=100)))

    assert counts[0] == counts[1]


def test_every_step_is_in_the_journal(tell):
    tell("gone", numbers=range(MANY))
    watch()
    row = the_incident()
    dismiss(row)

    codes = AuditEvent.objects.filter(code__startswith="QRN-103").order_by("id")
    assert [event.code for event in codes] == ["QRN-1030", "QRN-1031", "QRN-1033"]
    assert f"{MANY} of {MANY} messages failed" in codes[0].text
    assert "+39" not in codes[0].text


def test_a_delivery_names_its_incidents(tell, delivery):
    tell("gone", numbers=range(MANY))
    watch()
    delivery.refresh_from_db()

    assert [named.row for named in incidents.of_delivery(delivery)] == [the_incident()]
    other = records.delivery(account=delivery.account, contact_date=START)
    assert incidents.of_delivery(other) == []
    assert incidents.of_delivery(records.delivery()) == []


def test_facts_of_before_have_no_place_and_are_held_by_nothing(tell):
    tell("gone", numbers=[1])
    Fact.objects.update(account_id=None)
    tell("gone", numbers=range(2, MANY))

    watch()

    assert Address.objects.filter(status="quarantine").count() == 1


def test_what_a_holder_wants_holds_in_an_outage_too():
    fact = Told(NOW, b"k", 2, reason=int(Reason.DENYLISTED), account_id=1)
    everywhere = Holding(1, Place(1), START, None)

    assert marked(fact, [everywhere]).incident_id is None
    assert marked(fact._replace(reason=1), [everywhere]).incident_id == 1


def test_what_is_told_a_day_late_is_history(tell):
    tell("gone", numbers=range(MANY))

    watch(at=NOW + timedelta(days=2))

    assert not Incident.objects.exists()


def test_an_incident_that_nothing_changes_stays_as_it_is(tell):
    tell("gone", numbers=range(MANY))
    watch()
    tell("done", numbers=range(100, 105), minute=5)

    watch()

    row = the_incident()
    assert (row.settled, row.messages) == (True, MANY)


def test_a_second_watcher_steps_aside(tell):
    tell("gone", numbers=range(MANY))
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('watch for outages'))")
        watch()
        assert not Incident.objects.exists()
        cursor.execute("SELECT pg_advisory_unlock(hashtext('watch for outages'))")

    watch()
    assert the_incident().held == MANY


def test_a_drain_that_has_much_to_do_looks_for_outages_itself(tell, monkeypatch):
    monkeypatch.setattr(callbacks.drain, "LOOK_SECONDS", -1.0)
    tell("gone", numbers=range(MANY), at_once=False)

    callbacks.drain.drain(limit=MANY - 10)

    assert the_incident().messages == MANY
    assert Fact.objects.exclude(incident=None).count() == 10


def test_judging_history_again_holds_what_was_an_outage(tell):
    tell("gone", numbers=range(MANY))
    watch()
    row = Qualification.objects.get()
    for reason in (Reason.UNREACHABLE, Reason.ACCOUNT_DISABLED):
        judgements.change(
            qualification_id=row.pk, wanted={"reason": reason}, history=True, by=None, at=NOW
        )
        judging.work(at=NOW)

    watch()

    assert statuses() == ["valid"]
    assert the_incident().failed == MANY
