"""Exclusions, links, clicks, the journal and replies over the API."""

import uuid
from datetime import timedelta

import pytest

from deliveries import counters, journal
from messaging.failures import Reason
from tests import records
from tests.records import NOON
from tracking.models import Click, TrackedUrl

pytestmark = pytest.mark.django_db
CANARY = "+393331234567"


@pytest.fixture
def delivery(db):
    return records.delivery()


def results(caller, path):
    return caller.get(f"/api/v1/{path}").json()["results"]


def test_exclusions_tell_why(operator, marketer, delivery):
    row = records.exclusion(
        delivery,
        address=CANARY,
        recipient=CANARY,
        reason=Reason.DENYLISTED,
        text=f"{CANARY} wants nothing more",
        rule="denylist",
    )

    found = results(operator, f"deliveries/{delivery.pk}/exclusions/")
    masked = results(marketer, f"deliveries/{delivery.pk}/exclusions/")

    assert found == [
        {
            "id": str(row.pk),
            "address": CANARY,
            "recipient": CANARY,
            "reason": "denylisted",
            "text": f"{CANARY} wants nothing more",
            "rule": "denylist",
            "line": None,
            "cause": {},
            "created_at": row.created_at.isoformat().replace("+00:00", "Z"),
        }
    ]
    assert "3331234567" not in str(masked)


def test_exclusions_are_filtered_by_reason(operator, delivery):
    records.exclusion(delivery, reason=Reason.DUPLICATE)
    records.exclusion(delivery, reason=Reason.DENYLISTED)
    path = f"deliveries/{delivery.pk}/exclusions/"

    assert [row["reason"] for row in results(operator, f"{path}?reason=duplicate")] == ["duplicate"]
    assert operator.get(f"/api/v1/{path}?reason=x").status_code == 400


def test_links_tell_their_clicks(marketer, delivery):
    url = TrackedUrl.objects.create(
        delivery=delivery, label="Shop", category="Sale", url="https://example.org/shop"
    )
    for figure, value in (
        (counters.CLICKS, 5),
        (counters.HUMAN_CLICKS, 3),
        (counters.CLICKERS, 2),
    ):
        counters.add({counters.Figure(delivery.pk, figure, str(url.pk), None): value})

    assert results(marketer, f"deliveries/{delivery.pk}/urls/") == [
        {
            "id": str(url.pk),
            "label": "Shop",
            "category": "Sale",
            "mode": "tracked",
            "url": "https://example.org/shop",
            "clicks": 5,
            "human_clicks": 3,
            "suspected_clicks": 2,
            "clickers": 2,
        }
    ]


def click(delivery, *, at=NOON, recipient="CRM-1"):
    message = records.message(delivery, recipient=recipient)
    url, _ = TrackedUrl.objects.get_or_create(delivery=delivery, url="https://example.org/")
    return Click.objects.create(
        message=message,
        delivery=delivery,
        url=url,
        request_id=uuid.uuid4(),
        at=at,
        method="GET",
        verdict=Click.Verdict.BOT,
        reasons=["all_links"],
    )


def test_clicks_tell_who_and_when(operator, marketer, delivery):
    click(delivery, at=NOON - timedelta(hours=1))
    latest = click(delivery, recipient=CANARY)

    found = results(operator, f"deliveries/{delivery.pk}/clicks/")

    assert [row["at"] for row in found] == ["2026-11-23T12:00:00Z", "2026-11-23T11:00:00Z"]
    assert found[0] == {
        "at": "2026-11-23T12:00:00Z",
        "url": "https://example.org/",
        "message": str(latest.message_id),
        "recipient": CANARY,
        "verdict": "bot",
        "reasons": ["all_links"],
        "device": "",
        "system": "",
        "country": "",
    }
    assert results(operator, f"deliveries/{delivery.pk}/clicks/?verdict=bot") == found
    assert results(operator, f"deliveries/{delivery.pk}/clicks/?verdict=human") == []
    masked = results(marketer, f"deliveries/{delivery.pk}/clicks/")
    assert "3331234567" not in str(masked[0]["recipient"])


def test_a_click_before_its_message_is_registered_is_listed(operator, delivery):
    made = click(delivery)
    made.message.delete()

    (row,) = results(operator, f"deliveries/{delivery.pk}/clicks/")

    assert (row["message"], row["recipient"]) == (str(made.message_id), "")


def test_the_journal_tells_who_did_what(marketer, operator, delivery):
    journal.write(
        delivery=delivery, code="DEL-1", text="Paused.", by=operator.user, at=NOON, level="warning"
    )
    last = journal.write(delivery=delivery, code="DEL-2", text="Went on.", at=NOON)
    journal.write(delivery=None, code="SYS-1", text="Elsewhere.", at=NOON)

    found = results(marketer, f"deliveries/{delivery.pk}/audit/")

    assert found[0] == {
        "id": str(last.pk),
        "at": "2026-11-23T12:00:00Z",
        "level": "info",
        "code": "DEL-2",
        "text": "Went on.",
        "actor": "",
    }
    assert (found[1]["text"], found[1]["actor"]) == ("Paused.", "operator-machine")
    warnings = results(marketer, f"deliveries/{delivery.pk}/audit/?level=warning")
    assert [row["code"] for row in warnings] == ["DEL-1"]
    hers = results(marketer, f"deliveries/{delivery.pk}/audit/?actor=operator-machine&search=pau")
    assert [row["code"] for row in hers] == ["DEL-1"]
    path = f"deliveries/{delivery.pk}/audit/?since=2026-11-23T12:00:01Z"
    assert results(marketer, path) == []


def reply(account, number=1):
    return records.reply(
        account,
        f"STOP, from {CANARY}",
        provider_id=f"in-{number}",
        address=CANARY,
        keyword="STOP",
        action="denylist",
        entry_id=number,
    )


def test_replies_tell_who_wrote_what(operator, marketer, delivery):
    row = reply(delivery.account)

    assert results(operator, "inbound/") == [
        {
            "id": str(row.pk),
            "at": "2026-11-23T12:00:00Z",
            "address": CANARY,
            "text": f"STOP, from {CANARY}",
            "keyword": "STOP",
            "action": "denylist",
            "account": str(delivery.account_id),
            "message": None,
        }
    ]
    assert "3331234567" not in str(results(marketer, "inbound/")).replace(" ", "")


def _fill(delivery, noun, number):
    if noun == "exclusions":
        records.exclusion(delivery)
    elif noun == "urls":
        TrackedUrl.objects.create(delivery=delivery, label=f"{number}", url="https://example.org/")
    elif noun == "clicks":
        click(delivery)
    elif noun == "audit":
        journal.write(delivery=delivery, code="DEL-1", text="Something.", at=NOON)
    else:
        reply(delivery.account, number)


@pytest.mark.parametrize(
    ("noun", "queries"),
    # token, rights of user and group, and: delivery, rows; counters of links, messages of clicks
    [("exclusions", 5), ("urls", 6), ("clicks", 6), ("audit", 5), ("inbound", 4)],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_the_same_queries_however_long(
    operator, delivery, noun, queries, rows, django_assert_num_queries
):
    for number in range(rows):
        _fill(delivery, noun, number)
    path = "inbound/" if noun == "inbound" else f"deliveries/{delivery.pk}/{noun}/"

    with django_assert_num_queries(queries):
        assert len(results(operator, path)) == rows


@pytest.mark.parametrize("noun", ["exclusions", "urls", "clicks", "audit", "timeline"])
def test_lists_of_no_delivery_are_not_there(operator, noun):
    response = operator.get(f"/api/v1/deliveries/1/{noun}/")

    assert (response.status_code, list(response.json())) == (404, ["detail"])


def test_replies_are_filtered(operator, marketer, delivery):
    stop = reply(delivery.account)
    other = records.reply(delivery.account, "Hi", address="+447912345678")

    def found(client, query):
        return [row["id"] for row in results(client, f"inbound/?{query}")]

    assert found(operator, "keyword=STOP&action=denylist") == [str(stop.pk)]
    assert found(operator, "keyword=none&action=none") == [str(other.pk)]
    assert found(operator, f"account={delivery.account_id}&search=4479") == [str(other.pk)]
    assert found(operator, "delivery=5") == []
    assert found(operator, "since=2999-01-01T00:00:00Z") == []
    assert len(found(operator, "until=2999-01-01T00:00:00Z")) == 2
    assert found(marketer, "search=4479") == []
