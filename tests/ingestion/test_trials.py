"""Tests of our own: told apart at the door, in the mailbox, in the figures and in the timeline."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from deliveries.models import MessageEvent
from ingestion import drain, figures, inbox, replay, trials
from ingestion.inbox import Arrival
from ingestion.models import HeldCallback, InboxEntry, Proof, ReceiptCounter, Sighting, Trial
from ingestion.replay import ReplayFilter
from ingestion.simulator import trying
from providers.models import ProviderAccount
from tests import records
from tests.ingestion import callbacks

pytestmark = pytest.mark.django_db(transaction=True)

CREDENTIALS = {
    "simulator": {"secret": "s"},
    "bandwidth": {"username": "u", "password": "p"},
    "twilio": {"auth_token": "t"},
    "telnyx": {"public_key": "of somebody else"},
    "kannel": {},
}


def made(kind, credentials=None):
    account = records.account(kind=kind)
    account.credentials = CREDENTIALS[kind] if credentials is None else credentials
    account.save()
    return account


@pytest.fixture
def door(live_server, settings):
    """Our own web server, found where the settings say."""
    settings.PUBLIC_URL = live_server.url
    settings.HOST, settings.PORT = live_server.thread.host, live_server.thread.port


def figures_of(account):
    return {row.figure: row.value for row in ReceiptCounter.objects.filter(account=account)}


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_a_test_comes_all_the_way_and_is_about_no_message(door, kind):
    account = made(kind)

    trial = trying.send(account=account, at=timezone.now())
    callbacks.apply_all()

    trial.refresh_from_db()
    assert (trial.answered, trial.status // 100, trial.reason) == (True, 2, "")
    assert (trial.found, trial.error, trial.applied_at is not None) == (1, "", True)
    assert trial.signed == (kind != "telnyx")
    assert figures_of(account) == {"test": 1}
    assert InboxEntry.objects.get().proof == Proof.TRIAL
    for table in (HeldCallback, MessageEvent, Sighting):
        assert table.objects.count() == 0


def test_a_test_without_a_secret_is_refused_and_told_why(door):
    account = made("twilio", {})

    trial = trying.send(account=account, at=timezone.now())

    assert (trial.status, trial.reason) == (403, "auth_token: not configured for this account")
    assert InboxEntry.objects.count() == 0


def test_new_credentials_are_those_that_are_tested(door):
    account = made("twilio", {})
    assert trying.send(account=account, at=timezone.now()).status == 403

    account.credentials = CREDENTIALS["twilio"]
    account.save()

    assert trying.send(account=account, at=timezone.now()).status == 204


def test_credentials_that_cannot_be_read_prove_nothing(door):
    account = made("twilio")
    ProviderAccount.objects.update(sealed_credentials="nonsense")
    account.refresh_from_db()

    assert trying.send(account=account, at=timezone.now()).status == 403


def test_where_nobody_answers_a_test_says_so(settings):
    settings.HOST, settings.PORT = "127.0.0.1", 9
    account = made("kannel")

    trial = trying.send(account=account, at=timezone.now())

    assert (trial.answered, trial.status) == (True, None)


def test_one_test_takes_the_place_of_the_one_before(door):
    account = made("kannel")
    first = trying.send(account=account, at=timezone.now())
    second = trying.send(account=account, at=timezone.now())

    assert list(Trial.objects.values_list("pk", flat=True)) == [second.pk]
    callbacks.apply_all()
    assert trials.latest(account_id=account.pk).found == 1
    assert first.pk != second.pk


def post(account, header):
    body = b'{"reports": [{"id": "m", "status": "delivered"}]}'
    return Client().post(
        f"/callbacks/{account.token}/",
        body,
        content_type="application/json",
        headers={trials.HEADER: header},
    )


def test_a_ticket_lets_nobody_in_but_its_own_test(db):
    account, other = made("simulator"), made("simulator")
    trial = trials.begin(account_id=other.pk, signed=False, at=timezone.now())
    of_another = trials.header(trial)[trials.HEADER]

    for header in ("made up", of_another, of_another[:-1]):
        assert post(account, header).status_code == 403
    assert InboxEntry.objects.count() == 0


def stored(account, body=b"{}"):
    """Store a trial with what it says."""
    trial = trials.begin(account_id=account.pk, signed=True, at=timezone.now())
    headers = json.dumps(trials.header(trial))
    arrived = Arrival(account.pk, "POST", "", headers, body, callbacks.RECEIVED, int(Proof.TRIAL))
    inbox.store([arrived])
    return trial


def test_a_test_that_cannot_be_read_tells_its_cause_and_lies_nowhere():
    account = made("simulator")
    trial = stored(account, b"no JSON")

    callbacks.apply_all()

    trial.refresh_from_db()
    assert (trial.error, trial.found) == ("body: not valid JSON", 0)
    assert HeldCallback.objects.count() == 0


def test_a_replay_leaves_tests_alone():
    account = made("simulator")
    delivery = records.delivery(account=account)
    message = records.message(delivery, provider_ids=("test",))
    stored(account, b'{"reports": [{"id": "test", "status": "delivered"}]}')
    callbacks.apply_all()

    result = replay.replay(
        chosen=ReplayFilter(account_id=account.pk), dry_run=False, by=None, at=timezone.now()
    )

    assert (result.events, result.moved) == (0, 0)
    assert callbacks.story(message) == []


def test_a_test_that_cannot_be_applied_counts_as_one(monkeypatch):
    account = made("simulator")
    stored(account)
    Trial.objects.all().delete()
    entry = inbox.claim(limit=1)[0]

    drain._put_off(entry, RuntimeError("why"))

    assert figures_of(account) == {figures.TEST: 1}
