"""Messages handed to the simulated provider: taken at its own door, and reported on as promised."""

import json

import pytest
from django.conf import settings
from django.utils import timezone

from deliveries.models import AuditEvent
from ingestion import tasks
from ingestion.management.commands import simulate
from ingestion.models import SimulatedReport, SimulatedVisit
from ingestion.simulator import debts
from ingestion.simulator.posting import Refused
from messaging.reports import StatusReport
from messaging.statuses import MessageStatus
from providers import registry
from providers.sms import simulator
from providers.submissions import Accepted, Blocked, Reply, Text
from providers.submissions import Refused as TurnedDown
from tests import records
from tests.sending import prepared
from tracking import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return prepared.account(speed="100", silent="0")


def text(account, **fields):
    url = f"{settings.PUBLIC_URL}/callbacks/{account.token}/?message=m-1"
    return Text("m-1", "+393330000001", "AURORA", "Hello", url, 60)._replace(**fields)


def handed(client, account, message, **credentials):
    submitter = registry.submitter("simulator", account.credentials | credentials)
    request = submitter.submission(message)
    answer = client.post(
        request.url,
        request.body,
        content_type="application/json",
        headers={name: value for name, value in request.headers.items() if "Type" not in name},
    )
    return submitter.submitted(Reply(answer.status_code, {}, answer.content), message)


YES, NO = True, False


class OwnDoor:
    """Takes what is posted, or does not."""

    def __init__(self, *answers: bool | Exception):
        self.answers = list(answers)
        self.bodies = []

    def takes(self, to, body):
        self.bodies.append(json.loads(body))
        found = self.answers.pop(0) if self.answers else True
        if isinstance(found, Exception):
            raise found
        return found

    def follows(self, url, *, method, agent):
        self.bodies.append((method, url, agent))
        return self.answers.pop(0) if self.answers else True

    def close(self):
        self.closed = True


def due(account, number=1):
    for index in range(number):
        report = StatusReport(f"SIM{index}", MessageStatus.SENT, text="sent", reference="m-1")
        SimulatedReport.objects.create(
            account=account, due_at=timezone.now(), item=simulator.item(report)
        )


@pytest.mark.django_db(transaction=True)
def test_a_message_is_taken_and_its_reports_are_owed(client, account):
    outcome = handed(client, account, text(account))

    assert isinstance(outcome, Accepted)
    items = [json.loads(row.item) for row in SimulatedReport.objects.all()]
    assert {item["id"] for item in items} == set(outcome.ids)
    assert {item["reference"] for item in items} == {"m-1"}
    assert {"accepted", "sent"} < {item["status"] for item in items}
    assert handed(client, account, text(account)) == outcome


@pytest.mark.django_db(transaction=True)
def test_a_number_that_is_none_is_refused(client, account):
    assert handed(client, account, text(account, address="12")) == TurnedDown(
        "101", "to: no number"
    )


@pytest.mark.parametrize("url", ["", "https://us.example/callbacks/nobody/"])
def test_who_names_no_account_is_not_let_in(client, account, url):
    assert isinstance(handed(client, account, text(account, callback_url=url)), Blocked)


@pytest.mark.django_db(transaction=True)
def test_who_signs_with_another_secret_is_not_let_in(client, account):
    assert isinstance(handed(client, account, text(account), secret="other"), Blocked)


@pytest.mark.django_db(transaction=True)
def test_an_account_of_another_kind_is_not_simulated(client, account):
    other = records.account(kind="kannel", name="Other")

    assert isinstance(handed(client, account, text(other)), Blocked)


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_what_is_no_message_is_refused(client, account, body):
    answer = client.post("/simulator/messages/", body, content_type="application/json")

    assert answer.status_code in (400, 401)
    assert client.get("/simulator/messages/").status_code == 405


def test_what_is_owed_is_posted_once_and_settled(account):
    due(account, debts.AT_ONCE + 1)
    door = OwnDoor()

    assert debts.settle(line=door) == debts.AT_ONCE + 1

    assert [len(body["reports"]) for body in door.bodies] == [debts.AT_ONCE, 1]
    assert not SimulatedReport.objects.exists()
    assert door.closed


def test_what_is_not_taken_stays_owed(account):
    due(account)

    assert debts.settle(line=OwnDoor(NO)) == 0
    assert SimulatedReport.objects.count() == 1


def test_what_is_refused_for_good_is_let_go(account):
    due(account)

    assert debts.settle(line=OwnDoor(Refused("403"))) == 1
    assert not SimulatedReport.objects.exists()


def test_what_is_due_later_waits(account):
    report = StatusReport("SIM", MessageStatus.SENT, text="sent")
    SimulatedReport.objects.create(
        account=account, due_at=records.NOON.replace(year=2100), item=simulator.item(report)
    )

    assert debts.settle(line=OwnDoor()) == 0


def test_a_run_gives_way_to_others(account, monkeypatch):
    monkeypatch.setattr(debts, "LONGEST_SECONDS", -1.0)
    due(account)

    assert debts.settle(line=OwnDoor()) == 0


@pytest.mark.django_db(transaction=True)
def test_our_own_links_are_followed_and_answers_come(client):
    account = prepared.account(clicks="100", replies="100", speed="1000")
    [token] = tokens.make([records.message(records.delivery(account=account)).pk], [1])
    link = f"{settings.PUBLIC_URL}/l/{token}"

    for number in range(20):
        url = f"{settings.PUBLIC_URL}/callbacks/{account.token}/"
        said = f"Look: {link} or https://shop.example/{token[::-1]}"
        handed(client, account, text(account, reference=f"m-{number}", text=said, callback_url=url))

    assert set(SimulatedVisit.objects.values_list("url", flat=True)) == {link}
    items = [json.loads(row.item) for row in SimulatedReport.objects.all()]
    assert {item["from"] for item in items if "from" in item} == {"+393330000001"}


@pytest.mark.django_db(transaction=True)
def test_where_nobody_is_to_answer_nobody_does(client):
    account = prepared.account(replies="0")

    for number in range(20):
        handed(client, account, text(account, reference=f"m-{number}"))

    items = [json.loads(row.item) for row in SimulatedReport.objects.all()]
    assert "delivered" in {item.get("status") for item in items}
    assert not any("from" in item for item in items)


@pytest.mark.django_db(transaction=True)
def test_who_receives_nothing_writes_nothing(client):
    account = prepared.account(silent="100", replies="100")

    for number in range(20):
        handed(client, account, text(account, reference=f"m-{number}"))

    items = [json.loads(row.item) for row in SimulatedReport.objects.all()]
    assert {item.get("status") for item in items} == {"accepted", "sent"}


def test_visits_that_nobody_answers_stay_due():
    for number in range(3):
        SimulatedVisit.objects.create(
            due_at=records.NOON, url=f"https://us.example/l/{number}", method="GET", agent="Phone"
        )
    door = OwnDoor(YES, NO, NO)

    assert debts.settle(line=door) == 1
    assert SimulatedVisit.objects.count() == 2
    assert debts.settle(line=OwnDoor()) == 2


def test_the_task_has_nothing_to_do_where_nothing_is_owed():
    assert tasks.simulate(unknown=1) == 0


def test_what_we_hand_over_ourselves_is_not_simulated_a_second_time(account):
    ours = records.delivery(account=account)
    others = records.delivery(account=account)
    AuditEvent.objects.create(
        delivery=ours,
        at=timezone.now(),
        level="info",
        code=simulate.STARTED,
        text="",
        previous_hash=b"",
        hash=b"",
    )

    found = simulate._deliveries({"delivery": "", "messages": 0}, at=timezone.now())

    assert [row.pk for row in found] == [others.pk]
