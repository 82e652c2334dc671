"""Messages over the API: the logs and the story, in full or masked."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from messaging.failures import FailureType, Reason
from messaging.statuses import Evidence, MessageStatus
from tests import records
from tests.records import NOON

pytestmark = pytest.mark.django_db
CANARY = "+393331234567"


@pytest.fixture
def delivery(db):
    return records.delivery()


@pytest.fixture
def delivered(delivery):
    return records.message(
        delivery,
        address=CANARY,
        recipient="CRM-1",
        provider_ids=("p-1", "p-2"),
        status=MessageStatus.DELIVERED,
        evidence=Evidence.HANDSET,
        segments=2,
        text=f"to {CANARY}: fine",
        provider_code="000",
        price=Decimal("0.05"),
        currency="EUR",
        country="IT",
        network="22201",
        sent_at=NOON,
        delivered_at=NOON + timedelta(seconds=1, microseconds=5),
        changed_at=NOON + timedelta(minutes=1),
    )


@pytest.fixture
def failed(delivery):
    return records.message(
        delivery,
        address="+393337654321",
        recipient="393337654321",
        status=MessageStatus.FAILED,
        failure_type=FailureType.HARD,
        reason=Reason.USER_UNKNOWN,
    )


def logs(caller, delivery, query=""):
    return caller.get(f"/api/v1/deliveries/{delivery.pk}/messages/?{query}")


def ids(response):
    return [row["id"] for row in response.json()["results"]]


def test_a_row_tells_all_of_a_message(operator, delivery, delivered):
    response = logs(operator, delivery)

    assert response.json() == {
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(delivered.pk),
                "channel": "sms",
                "address": CANARY,
                "recipient": "CRM-1",
                "provider_message_ids": ["p-1", "p-2"],
                "status": "delivered",
                "failure_type": None,
                "reason": None,
                "evidence": "handset",
                "segments": 2,
                "text": f"to {CANARY}: fine",
                "provider_code": "000",
                "changed_at": "2026-11-23T12:01:00Z",
            }
        ],
    }


def test_a_failure_is_told_by_type_and_reason(operator, delivery, failed):
    row = logs(operator, delivery).json()["results"][0]

    assert (row["status"], row["failure_type"], row["reason"]) == ("failed", "hard", "user_unknown")


def test_a_marketer_finds_no_address_in_the_logs(marketer, delivery, delivered, failed):
    response = logs(marketer, delivery)

    text = response.content.decode()
    for digits in ("3331234567", "3337654321"):
        assert digits not in text
    first, second = response.json()["results"]
    assert (first["address"], first["recipient"]) == ("+39 ••• ••• 567", "CRM-1")
    assert (second["address"], second["recipient"]) == ("+39 ••• ••• 321", "••• ••• 321")


@pytest.mark.parametrize("search", ["+39333", "%2B393331234567", "39333765", "sort=address"])
def test_a_marketers_search_is_no_oracle(marketer, delivery, delivered, failed, search):
    search = search.replace("+", "%2B")

    assert ids(logs(marketer, delivery, f"search={search}")) == []


def test_a_marketer_may_not_sort_by_address(marketer, delivery):
    response = logs(marketer, delivery, "sort=address")

    assert (response.status_code, list(response.json())) == (400, ["sort"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=delivered", ["delivered"]),
        ("status=failed&failure_type=hard&reason=user_unknown", ["failed"]),
        ("failure_type=soft", []),
        ("search=%2B39333", ["delivered", "failed"]),
        ("search=p-2", ["delivered"]),
        ("search=CRM-1&status=failed", []),
        ("sort=changed_at", ["failed", "delivered"]),
    ],
)
def test_the_logs_are_filtered_searched_and_sorted(
    operator, delivery, delivered, failed, query, expected
):
    known = {"delivered": str(delivered.pk), "failed": str(failed.pk)}

    assert ids(logs(operator, delivery, query)) == [known[name] for name in expected]


@pytest.mark.parametrize(
    "query",
    [
        "status=nonsense",
        "failure_type=1",
        "reason=x",
        "search=%00",
        "page_size=0",
        "page_size=1001",
        "page_size=x",
        "cursor=x",
        "stauts=failed",
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(operator, delivery, query):
    response = logs(operator, delivery, query)

    assert (response.status_code, list(response.json())) == (400, [query.partition("=")[0]])


def test_pages_lead_to_each_other_by_their_full_addresses(operator, delivery):
    made = [str(records.message(delivery).pk) for _ in range(5)]
    first = logs(operator, delivery, "page_size=2&status=accepted").json()
    second = operator.get(first["next"]).json()
    third = operator.get(second["next"]).json()

    assert first["next"].startswith(f"http://testserver/api/v1/deliveries/{delivery.pk}/messages/?")
    seen = [row["id"] for page in (first, second, third) for row in page["results"]]
    assert seen == made[::-1]
    assert (first["previous"], third["next"]) == (None, None)
    assert operator.get(second["previous"]).json()["results"] == first["results"]


def test_a_page_holds_up_to_a_thousand(operator, delivery):
    assert logs(operator, delivery, "page_size=1000").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_logs_take_the_same_queries_however_long(
    operator, delivery, rows, django_assert_num_queries
):
    for _ in range(rows):
        records.message(delivery, provider_ids=("x",))

    # token, rights of user and group, delivery, messages, provider ids
    with django_assert_num_queries(6):
        assert len(ids(logs(operator, delivery))) == rows


def test_a_message_tells_its_story(operator, delivery, delivered):
    for event in (
        {"status": MessageStatus.SENT, "provider_code": "", "text": "on its way"},
        {
            "status": None,
            "moved": False,
            "occurred_at": None,
            "stated_at": None,
            "received_at": NOON + timedelta(seconds=2),
            "provider_code": "x-9",
        },
        {
            "status": MessageStatus.FAILED,
            "moved": False,
            "failure_type": FailureType.SOFT,
            "reason": Reason.UNREACHABLE,
            "stated_at": NOON + timedelta(days=1),
            "received_at": NOON + timedelta(seconds=3),
            "provider_id": "p-2",
        },
    ):
        records.event(delivered, **event)

    found = operator.get(f"/api/v1/messages/{delivered.pk}/").json()

    events = found.pop("events")
    assert found == logs(operator, delivery).json()["results"][0] | {
        "delivery": str(delivery.pk),
        "contradicted": False,
        "price": "0.050000",
        "currency": "EUR",
        "country": "IT",
        "network": "22201",
        "accepted_at": "2026-11-23T12:00:00Z",
        "sent_at": "2026-11-23T12:00:00Z",
        "delivered_at": "2026-11-23T12:00:01.000005Z",
        "failed_at": None,
    }
    unlisted = events[1].pop("explanation")
    assert list(unlisted) == ["title", "cause", "next_step"]
    plain = {
        "failure_type": None,
        "reason": None,
        "clamped": False,
        "provider_message_id": "p-1",
        "provider_code": "",
        "text": "",
        "moved": False,
    }
    assert events == [
        plain
        | {
            "status": "sent",
            "occurred_at": "2026-11-23T12:00:00Z",
            "received_at": "2026-11-23T12:00:00Z",
            "text": "on its way",
            "moved": True,
            "explanation": None,
        },
        plain
        | {
            "status": None,
            "occurred_at": None,
            "received_at": "2026-11-23T12:00:02Z",
            "provider_code": "x-9",
        },
        plain
        | {
            "status": "failed",
            "failure_type": "soft",
            "reason": "unreachable",
            "occurred_at": "2026-11-23T12:00:00Z",
            "received_at": "2026-11-23T12:00:03Z",
            "provider_message_id": "p-2",
            "clamped": True,
            "explanation": None,
        },
    ]


def test_a_marketer_finds_no_address_in_a_story(marketer, delivered):
    records.event(delivered, text="SR for 0039 333-123-4567 DELIVRD")

    response = marketer.get(f"/api/v1/messages/{delivered.pk}/")

    shown = "".join(sign for sign in json.dumps(response.json()) if sign.isdigit())
    assert "3331234567" not in shown


def test_a_message_without_price_says_so(operator, failed):
    found = operator.get(f"/api/v1/messages/{failed.pk}/").json()

    assert (found["price"], found["currency"], found["events"]) == (None, "", [])


def test_codes_of_a_kind_that_is_gone_are_not_explained(operator):
    delivery = records.delivery(account=records.account(kind="pigeon"))
    message = records.message(delivery)
    records.event(message, provider_code="7")

    found = operator.get(f"/api/v1/messages/{message.pk}/").json()

    assert found["events"][0]["explanation"] is None


@pytest.mark.parametrize("rows", [1, 3])
def test_a_story_takes_the_same_queries_however_long(
    operator, delivered, rows, django_assert_num_queries
):
    for _ in range(rows):
        records.event(delivered)

    # token, rights of user and group, message with delivery and account, events, provider ids
    with django_assert_num_queries(6):
        found = operator.get(f"/api/v1/messages/{delivered.pk}/").json()
    assert len(found["events"]) == rows


@pytest.mark.parametrize("number", ["1", "9223372036854775808", "9" * 19, "9" * 30, "x", "-1"])
def test_a_message_that_is_not_there_is_told(operator, number):
    for path in (f"messages/{number}/", f"deliveries/{number}/", f"deliveries/{number}/messages/"):
        response = operator.get(f"/api/v1/{path}")

        assert (response.status_code, list(response.json())) == (404, ["detail"])
