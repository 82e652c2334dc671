"""The simulated provider, posting over real HTTP to a real web server."""

import io
import json
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.db.models import Min
from django.utils import timezone

from deliveries import counters, drafts
from deliveries.models import Delivery, Message, MessageEvent, ProviderReference
from ingestion import accounts as provider_accounts
from ingestion import registration
from ingestion.models import HeldCallback, ReceiptCounter
from ingestion.simulator import accounts, outgoing, owed, patience, people, proof, traffic
from ingestion.simulator.outgoing import Sending
from ingestion.simulator.posting import Door, Refused, door
from ingestion.simulator.run import run
from ingestion.simulator.traffic import Stopped, Traffic
from messaging import addresses
from messaging.failures import FailureType, Reason
from messaging.statuses import DeliveryStatus, MessageStatus
from providers.simulation import Outage, Profile, plan
from storage.ids import time_of
from tests import records
from tests.webserver import Web, Worker
from tracking import links, urls
from tracking.links import Addressee
from tracking.models import Click

pytestmark = pytest.mark.django_db(transaction=True)
QUICK = Profile(speed=100.0, early=0.1, duplicated=0.2, disordered=0.1)


@pytest.fixture(scope="module")
def web(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        running = Web()
        running.start()
    yield running
    running.kill()


@pytest.fixture
def worker(transactional_db):
    working = Worker()
    working.start()
    yield working
    working.stop()


@pytest.fixture
def simulate(web, transactional_db):
    def simulated(*sendings, patience=20, connections=4, tell=lambda _text: None):
        return run(
            sendings=sendings,
            connections=connections,
            tell=tell,
            line=web.line,
            patience=patience,
        )

    return simulated


def new_delivery(**fields):
    now = timezone.now()
    made = {"label": "Simulation", "content": "Hello", "account": accounts.account(at=now)}
    return drafts.create(by=None, at=now, **made | fields)


def sending(*, delivery=None, messages=100, rate=400.0, profile=QUICK, **fields):
    return Sending(
        delivery=delivery or new_delivery(),
        messages=messages,
        rate=rate,
        profile=profile,
        **fields,
    )


def register(wanted):
    at = wanted.began_at or timezone.now()
    lines = [outgoing._message(wanted, number, at).line() for number in range(wanted.messages)]
    stream = io.BytesIO(b"".join(lines))
    registration.register(delivery_id=wanted.delivery.pk, stream=stream, by=None, at=timezone.now())


def planned_for(message, profile=QUICK):
    reference = ProviderReference.objects.get(message_id=message.pk)
    return plan(
        provider_message_id=reference.provider_id,
        sent_at=message.accepted_at,
        address=message.address,
        profile=profile,
    )


def tallies():
    found = Counter()
    for figure, value in ReceiptCounter.objects.values_list("figure", "value"):
        found[figure] += value
    return found


def states(delivery):
    return dict(Message.objects.filter(delivery=delivery).values_list("address", "status"))


def test_every_planned_report_arrives_exactly_as_planned(simulate, worker):
    wanted = sending(messages=200)

    outcome = simulate(wanted)

    messages = list(Message.objects.filter(delivery=wanted.delivery))
    plans = {message.pk: planned_for(message) for message in messages}
    assert (outcome.registered, len(messages)) == (200, 200)
    assert {message.pk: message.status for message in messages} == {
        key: max(item.report.status for item in planned) for key, planned in plans.items()
    }
    events = MessageEvent.objects.values_list("message_id", "status", "stated_at")
    assert sorted(events) == sorted(
        (key, item.report.status, item.report.occurred_at)
        for key, planned in plans.items()
        for item in planned
    )
    assert outcome.proofs == {wanted.delivery.code: (0, 0, 0)}


def test_repeated_reports_are_posted_again_and_counted_as_duplicates(simulate, worker):
    wanted = sending(profile=Profile(speed=100.0, duplicated=1.0))

    outcome = simulate(wanted)

    distinct = MessageEvent.objects.count()
    assert outcome.posted.reports == 2 * distinct
    assert tallies()["applied"] == tallies()["duplicate"] == distinct


def test_early_callbacks_come_before_their_message_and_are_matched(simulate, worker):
    wanted = sending(messages=40, profile=Profile(speed=10.0, early=1.0))

    simulate(wanted)

    first = MessageEvent.objects.values_list("message_id").annotate(Min("received_at"))
    assert {at < time_of(message_id) for message_id, at in first} == {True}
    assert not HeldCallback.objects.exists()
    assert owed_of(wanted) == []


def test_an_outage_fails_the_numbers_of_its_prefix_and_no_others(simulate, worker):
    now = timezone.now()
    outage = Outage(prefix="+44", begins=now, ends=now + timedelta(hours=1))
    sure = Profile(speed=100.0, delivered=1.0, silent=0.0, outage=outage)
    wanted = sending(profile=sure)

    simulate(wanted)

    found = states(wanted.delivery)
    assert Counter(address[:3] for address, status in found.items() if status == 30) == {"+44": 14}
    assert Counter(found.values()) == {MessageStatus.FAILED: 14, MessageStatus.DELIVERED: 86}
    failed = Message.objects.filter(status=MessageStatus.FAILED)
    assert set(failed.values_list("failure_type", "reason", "provider_code")) == {
        (FailureType.SOFT, Reason.UNREACHABLE, "103")
    }


def test_a_web_server_killed_in_the_middle_loses_nothing(web, simulate, worker):
    wanted = sending(messages=400, rate=200.0)
    outage = threading.Timer(1.0, lambda: (web.kill(), web.start()))
    outage.start()

    outcome = simulate(wanted)

    outage.join()
    assert outcome.posted.retried >= 1
    assert outcome.proofs == {wanted.delivery.code: (0, 0, 0)}
    assert Message.objects.filter(delivery=wanted.delivery).count() == 400


def test_an_interrupted_simulation_goes_on_where_it_stopped(web, simulate, worker):
    wanted = sending(messages=300, rate=300.0)
    with Traffic(line=web.line) as stopping:
        for turn, _size in enumerate(
            outgoing.send(wanted, to=door(wanted.delivery.account), traffic=stopping)
        ):
            if turn == 0:
                break

    outcome = simulate(wanted)

    assert outcome.registered == 150
    assert outcome.proofs == {wanted.delivery.code: (0, 0, 0)}
    assert Message.objects.filter(delivery=wanted.delivery).count() == 300


def test_nothing_is_posted_again_once_it_has_arrived(simulate, worker):
    wanted = sending(messages=50)
    simulate(wanted)
    received = tallies()

    outcome = simulate(wanted)

    assert (outcome.registered, outcome.posted.callbacks) == (0, 0)
    assert tallies() == received


def test_messages_of_the_past_keep_the_times_of_then(simulate, worker):
    began_at = timezone.now() - timedelta(days=3)
    wanted = sending(messages=60, rate=1.0, began_at=began_at)

    simulate(wanted)

    message = Message.objects.order_by("-accepted_at").first()
    assert message.accepted_at == began_at + timedelta(seconds=59)
    latest = max(MessageEvent.objects.values_list("occurred_at", flat=True))
    assert latest < began_at + timedelta(minutes=5)
    delivery = Delivery.objects.get(pk=wanted.delivery.pk)
    assert delivery.last_registered_at == message.accepted_at


def test_the_parts_of_a_long_message_are_reported_one_by_one(simulate, worker):
    delivery = new_delivery()
    line = {"address": "+3939900123", "provider_message_ids": ["part-1", "part-2"]}
    body = io.BytesIO(json.dumps(line | {"address": "+393990012345"}).encode())
    registration.register(delivery_id=delivery.pk, stream=body, by=None, at=timezone.now())
    sure = Profile(speed=100.0, delivered=1.0, silent=0.0)

    simulate(sending(delivery=delivery, messages=0, profile=sure))

    message = Message.objects.get(delivery=delivery)
    assert (message.status, message.segments) == (MessageStatus.DELIVERED, 2)
    assert MessageEvent.objects.filter(message_id=message.pk).count() == 6


def test_what_is_owed_is_read_page_by_page(simulate, worker, monkeypatch):
    monkeypatch.setattr(owed, "PAGE", 7)
    wanted = sending(messages=30)
    register(wanted)

    outcome = simulate(wanted)

    assert outcome.registered == 0
    assert outcome.proofs == {wanted.delivery.code: (0, 0, 0)}


def test_a_callback_holds_reports_of_one_account_only(web, worker):
    accounts.account(at=timezone.now())
    other = provider_accounts.create(
        name="Second", kind="simulator", credentials={}, by=None, at=timezone.now()
    )
    began_at = timezone.now() - timedelta(hours=1)
    both = [
        sending(messages=30, began_at=began_at),
        sending(messages=30, began_at=began_at, delivery=new_delivery(account=other)),
    ]
    posting = Traffic(line=web.line)
    for wanted in both:
        register(wanted)
        for reports in owed_of(wanted):
            posting.add(door(wanted.delivery.account), reports)

    with posting:
        assert posting.wait_for_all(seconds=20)

    for wanted in both:
        prove = proof.of(delivery=wanted.delivery, profile=wanted.profile, patience=20)
        assert prove == (0, 0, 0)


def test_without_a_worker_the_proof_says_what_waits(simulate):
    wanted = sending(messages=10)

    outcome = simulate(wanted, patience=0.5)

    proof = outcome.proofs[wanted.delivery.code]
    assert proof == (outcome.posted.callbacks, 0, 0)
    assert not proof.holds


def test_a_door_that_refuses_stops_the_simulation(simulate):
    wanted = sending(messages=10)
    account = wanted.delivery.account
    # As if somebody had deleted the account meanwhile.
    account.token = "x" * 43

    with pytest.raises(Refused, match="The callback address answers 404"):
        simulate(wanted)


def test_the_first_of_several_secrets_signs(simulate, worker):
    account = provider_accounts.create(
        name="Rotating",
        kind="simulator",
        credentials={"secret": ["new", "old"]},
        by=None,
        at=timezone.now(),
    )

    outcome = simulate(sending(messages=5, delivery=new_delivery(account=account)))

    assert outcome.posted.retried == 0
    assert door(account).secret == "new"


def test_a_link_is_followed_at_our_own_server(web, transactional_db):
    delivery = new_delivery(content="https://shop.example/sale")
    message = records.message(delivery)
    urls.note(delivery_id=delivery.pk)
    whole = links.plan(delivery_id=delivery.pk)
    [(link, _)] = links.written(whole, [Addressee(message.pk, {})])
    Delivery.objects.update(status=DeliveryStatus.IN_PROGRESS)
    line = web.line()

    assert line.follows(link, method="HEAD", agent="Phone")

    line.close()
    assert Click.objects.values_list("message_id", "method", "user_agent").get() == (
        message.pk,
        "HEAD",
        "Phone",
    )
    assert not Web().line().follows(link, method="GET", agent="Phone")


def test_progress_is_told_now_and_then(simulate, worker, monkeypatch):
    monkeypatch.setattr("ingestion.simulator.run.TELL_EVERY_SECONDS", 0.05)
    told = []

    slow = Profile(speed=20.0)
    simulate(sending(messages=10, every=timedelta(seconds=0.01), profile=slow), tell=told.append)

    assert told[0].split()[1:3] == ["messages", "registered,"]


def test_whoever_adds_too_much_waits_until_some_of_it_is_posted(web, worker, monkeypatch):
    monkeypatch.setattr(traffic, "MOST_WAITING", 3)
    wanted = sending(messages=20, began_at=timezone.now() - timedelta(hours=1))
    to = door(wanted.delivery.account)
    most = 0

    with Traffic(line=web.line, connections=1) as posting:
        for message in (outgoing._message(wanted, number, timezone.now()) for number in range(20)):
            posting.add(to, message.reports)
            most = max(most, posting.waiting)
        assert posting.wait_for_all(seconds=20)

    # The limit, one report with its repetition on top, and what is being posted.
    assert most <= 4 + traffic.MOST_TOGETHER
    assert posting.posted.reports >= 40


def test_whoever_waits_is_told_when_the_traffic_has_stopped(web):
    with Traffic(line=web.line) as posting:
        pass

    with pytest.raises(Stopped):
        posting.wait_until(timezone.now() + timedelta(hours=1))


def test_traffic_that_cannot_be_posted_is_given_up_when_it_stops():
    wanted = sending(messages=1)
    message = outgoing._message(wanted, 0, timezone.now() - timedelta(minutes=5))

    with Traffic(line=Web().line, connections=1) as posting:
        posting.add(Door("/callbacks/nobody/", "secret"), message.reports)
        while not posting.posted.retried:
            time.sleep(0.01)

    assert posting.posted.reports == 0


def test_recipients_are_numbers_that_nobody_has():
    made = [people.person(number) for number in range(4_000)]

    countries = Counter(addresses.country_of(person.address) for person in made)
    assert {person.address for person in made} == {
        addresses.normalise("sms", person.address) for person in made
    }
    assert len({person.address for person in made}) == 4_000
    assert countries == {"IT": 1840, "FR": 960, "GB": 560, "US": 391, "CA": 49, "DE": 200}


def test_an_act_on_the_database_waits_for_a_broken_connection():
    tried = []

    def act():
        tried.append(1)
        with connection.cursor() as cursor:
            if len(tried) == 1:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            cursor.execute("SELECT 7")
            return cursor.fetchone()[0]

    assert patience.patiently(act) == 7
    assert len(tried) == 2


def test_an_act_within_a_transaction_is_not_repeated():
    def act():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)")

    with pytest.raises(OperationalError), transaction.atomic():
        patience.patiently(act)


def test_the_oldest_simulator_account_is_used_and_made_only_once():
    made = accounts.account(at=timezone.now())

    assert accounts.account(at=timezone.now()) == made


def owed_of(wanted):
    return list(owed.reports(delivery_id=wanted.delivery.pk, profile=wanted.profile))


@pytest.fixture
def command(web, worker, settings, capsys):
    settings.HOST, settings.PORT = "0.0.0.0", web.port

    def called(*arguments):
        call_command("simulate", *arguments)
        return capsys.readouterr().out

    return called


def test_the_command_makes_a_delivery_and_proves_what_became_of_it(command):
    said = command("--messages", "30", "--label", "Trial", "--speed", "100", "--rate", "300")

    delivery = Delivery.objects.get()
    assert (delivery.label, delivery.folder) == ("Trial", "Simulations")
    assert said.splitlines()[0] == f"Simulating {delivery.code}."
    assert said.splitlines()[-1] == ("Every report has arrived, and the counters equal a recount.")
    assert Message.objects.filter(delivery=delivery).count() == 30


def test_the_command_goes_on_with_a_delivery(command):
    quick = ("--speed", "100", "--rate", "300")
    command("--messages", "10", *quick)
    code = Delivery.objects.get().code

    command("--delivery", code, "--messages", "25", *quick)

    assert Message.objects.filter(delivery__code=code).count() == 25


def test_the_command_goes_on_with_everything_in_progress(command):
    first = sending(messages=4)
    register(first)

    command("--speed", "100", "--shuffle", "--early", "0.3", "--outage", "+44:60")

    shuffled = Profile(speed=100.0, early=0.3, duplicated=0.2, disordered=1.0)
    assert list(owed.reports(delivery_id=first.delivery.pk, profile=shuffled)) == []


def test_the_command_has_nothing_to_do_without_a_delivery(command):
    assert command() == "No simulated delivery is in progress: --messages N makes one.\n"


def test_the_command_fails_where_the_counters_are_wrong(command):
    quick = ("--speed", "100", "--rate", "300")
    command("--messages", "10", *quick)
    delivery = Delivery.objects.get()
    counters.add({counters.Figure(delivery.pk, counters.TARGETED, "", None): 1})

    with pytest.raises(CommandError, match="0 reports are missing, 1 figures differ"):
        command("--delivery", delivery.code, *quick)


def test_the_command_knows_only_simulated_deliveries(command):
    with pytest.raises(CommandError, match="No delivery on a simulator account has the code DM1"):
        command("--delivery", "DM1")


def test_the_command_says_why_it_cannot_make_its_account(command):
    provider_accounts.create(
        name=accounts.NAME, kind="kannel", credentials={}, by=None, at=timezone.now()
    )

    with pytest.raises(CommandError, match="Another account has this name"):
        command("--messages", "1")


@pytest.mark.parametrize(
    "arguments",
    [("--speed", "0"), ("--early", "1.5"), ("--outage", "44:60"), ("--outage", "+44:soon")],
)
def test_the_command_refuses_what_makes_no_sense(command, arguments):
    with pytest.raises(CommandError):
        command(*arguments)
