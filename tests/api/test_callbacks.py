"""The inbox's troubles over the API: seen, retried, given up, replayed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deliveries.models import AuditEvent
from ingestion.models import HeldCallback, InboxEntry, QueueItem
from messaging.statuses import MessageStatus
from tests import records
from tests.records import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(db):
    return records.account()


@pytest.fixture
def hold(account):
    def hold(state="dead", **fields):
        made = {"entry_id": HeldCallback.objects.count() + 1, "body": b"raw", "received_at": NOON}
        return HeldCallback.objects.create(
            state=state, account=account, method="POST", **made | fields
        )

    return hold


def test_a_dead_callback_tells_its_cause(operator, hold, account):
    held = hold(error="The field 'id' is missing.", attempts=1)

    response = operator.get("/api/v1/callbacks/?state=dead")

    assert response.json()["results"] == [
        {
            "id": str(held.pk),
            "state": "dead",
            "orphan": False,
            "account": str(account.pk),
            "entry": "1",
            "method": "POST",
            "provider_message_id": "",
            "received_at": "2026-11-23T12:00:00Z",
            "attempts": 1,
            "error": "The field 'id' is missing.",
            "decided_at": None,
            "decided_by": None,
            "decision": "",
        }
    ]


def test_callbacks_are_listed_by_state(operator, hold, settings):
    settings.PARKED_HOURS = 72
    hold(state="dead")
    hold(state="parked", received_at=timezone.now())
    hold(state="parked", received_at=timezone.now() - timedelta(hours=73))
    hold(state="discarded")

    def listed(query):
        found = operator.get(f"/api/v1/callbacks/{query}").json()["results"]
        return [(row["state"], row["orphan"]) for row in found]

    assert listed("?state=parked") == [("parked", True), ("parked", False)]
    assert listed("?state=discarded") == [("discarded", False)]
    assert len(listed("")) == 4
    assert operator.get("/api/v1/callbacks/?state=lost").status_code == 400


def test_a_callback_is_retried(operator, hold):
    held = hold(entry_id=77)

    response = operator.post(f"/api/v1/callbacks/{held.pk}/retry/")

    assert (response.status_code, response.json()) == (200, {"retried": 1})
    assert QueueItem.objects.filter(entry_id=77).exists()


def test_a_callback_is_given_up_once_and_for_a_reason(operator, hold):
    held = hold()
    path = f"/api/v1/callbacks/{held.pk}/discard/"

    without = operator.post(path, {})
    first = operator.post(path, {"reason": "A test of theirs"})
    again = operator.post(path, {"reason": "A test of theirs"})
    retry = operator.post(f"/api/v1/callbacks/{held.pk}/retry/")

    assert (without.status_code, list(without.json())) == (400, ["reason"])
    assert (first.status_code, first.json()) == (200, {"discarded": 1})
    assert (again.status_code, retry.status_code) == (409, 409)
    row = operator.get("/api/v1/callbacks/?state=discarded").json()["results"][0]
    assert (row["decision"], row["decided_by"]) == ("A test of theirs", "operator-machine")


@pytest.mark.parametrize("act", ["retry", "discard"])
def test_a_callback_that_is_not_there_is_told(operator, act):
    response = operator.post(f"/api/v1/callbacks/1/{act}/", {"reason": "x"})

    assert (response.status_code, list(response.json())) == (404, ["detail"])


def test_a_marketer_does_not_see_callbacks(marketer, hold):
    held = hold()

    assert marketer.get("/api/v1/callbacks/").status_code == 403
    assert marketer.post(f"/api/v1/callbacks/{held.pk}/retry/").status_code == 403
    assert marketer.post(f"/api/v1/callbacks/{held.pk}/discard/").status_code == 403
    assert marketer.post("/api/v1/callbacks/replay/", {"filter": {}}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_however_long(
    operator, hold, rows, django_assert_num_queries
):
    for _ in range(rows):
        hold(decided_by=operator.user)

    with django_assert_num_queries(4):  # token, rights of user and group, rows
        assert len(operator.get("/api/v1/callbacks/").json()["results"]) == rows


@pytest.fixture
def stored(account):
    """A stored callback that says that a message, known as accepted, was delivered."""
    delivery = records.delivery(account=account)
    message = records.message(delivery, provider_ids=("p-1",))
    entry = InboxEntry.objects.create(
        account=account,
        method="GET",
        query="id=p-1&type=1&to=%2B393331234567",
        body=b"",
        received_at=timezone.now(),
    )
    return message, entry


def test_a_replay_tells_what_would_move_and_then_moves_it(operator, stored):
    message, entry = stored
    body = {"filter": {"account": str(entry.account_id), "entry_ids": [str(entry.pk)]}}

    preview = operator.post("/api/v1/callbacks/replay/", body).json()
    message.refresh_from_db()
    before = message.status
    done = operator.post("/api/v1/callbacks/replay/", body | {"dry_run": False}).json()
    message.refresh_from_db()

    assert preview == {
        "dry_run": True,
        "entries": 1,
        "events": 1,
        "messages": 1,
        "moved": 1,
        "deliveries": 1,
        "addresses": 1,
        "dead": 0,
        "sample": [
            {
                "message": str(message.pk),
                "before": {"status": "accepted", "failure_type": None, "reason": None},
                "after": {"status": "delivered", "failure_type": None, "reason": None},
            }
        ],
    }
    assert done == preview | {"dry_run": False}
    assert (before, message.status) == (MessageStatus.ACCEPTED, MessageStatus.DELIVERED)
    assert AuditEvent.objects.filter(actor="operator-machine").exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "filter"),
        ({"filter": {"acount": 1}}, "filter"),
        ({"filter": {"entry_ids": ["x"]}}, "filter"),
        ({"filter": {"since": "x"}}, "filter"),
        ({"filter": "x"}, "filter"),
        ({"filter": {}, "dry_run": "maybe"}, "dry_run"),
        ({"filter": {}, "dryrun": True}, "dryrun"),
    ],
)
def test_a_replay_that_cannot_be_is_refused_by_name(operator, body, field):
    response = operator.post("/api/v1/callbacks/replay/", body)

    assert (response.status_code, list(response.json())) == (400, [field])


def test_a_replay_of_a_time_beyond_all_ids_finds_nothing(operator, stored):
    body = {"filter": {"since": "9999-12-31T00:00:00Z", "until": "0001-01-02T00:00:00Z"}}

    assert operator.post("/api/v1/callbacks/replay/", body).json()["entries"] == 0
