"""Deliveries over the API: made, changed, listed with their counters."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deliveries import drafts
from deliveries.models import AuditEvent, Delivery
from messaging.statuses import DeliveryStatus, MessageStatus
from tests import records
from tests.records import NOON

pytestmark = pytest.mark.django_db

NO_COUNTERS = dict.fromkeys(
    (
        "targeted",
        "excluded",
        "to_send",
        "pending",
        "accepted",
        "sent",
        "delivered",
        "failed",
        "unknown",
        "cancelled",
        "processed",
        "success",
        "clicks",
        "human_clicks",
        "clickers",
    ),
    0,
)


@pytest.fixture
def account(db):
    return records.account()


def made(caller, through, **body):
    return caller.post("/api/v1/deliveries/", {"label": "Launch", "account": through.pk} | body)


@pytest.mark.parametrize("as_text", [True, False])
def test_a_delivery_is_made(operator, account, as_text):
    response = made(
        operator,
        account,
        account=str(account.pk) if as_text else account.pk,
        channel="sms",
        sender="SHOP",
        content=" Hello ",
        folder="Spring",
        contact_date="2026-11-23T13:00:00+01:00",
    )

    delivery = Delivery.objects.get()
    assert response.status_code == 201
    found = response.json()
    created, modified = found.pop("created_at"), found.pop("modified_at")
    assert found.pop("version") == drafts.version(delivery)
    assert found == {
        "id": str(delivery.pk),
        "code": delivery.code,
        "label": "Launch",
        "channel": "sms",
        "account": str(account.pk),
        "sender": "SHOP",
        "content": " Hello ",
        "folder": "Spring",
        "contact_date": "2026-11-23T12:00:00Z",
        "validity_hours": 72,
        "typology": "",
        "status": "editing",
        "started_at": None,
        "finished_at": None,
        "archived_at": None,
        "counters": NO_COUNTERS,
    }
    assert created.endswith("Z")
    assert modified.endswith("Z")
    assert delivery.created_by == operator.user
    assert AuditEvent.objects.get(delivery=delivery).actor == "operator-machine"


def test_counters_tell_where_messages_are_now(marketer, account):
    delivery = records.delivery(account=account)
    for status in (MessageStatus.DELIVERED, MessageStatus.FAILED, MessageStatus.SENT):
        records.message(delivery, status=status)
    records.exclusion(delivery)

    response = marketer.get(f"/api/v1/deliveries/{delivery.pk}/")

    assert response.json()["counters"] == NO_COUNTERS | {
        "targeted": 4,
        "excluded": 1,
        "to_send": 3,
        "delivered": 1,
        "failed": 1,
        "sent": 1,
        "processed": 2,
        "success": 1,
    }


def test_times_are_in_utc_whatever_the_zone_of_the_site(marketer, account, settings):
    settings.TIME_ZONE = "Europe/Rome"
    timezone.activate("Europe/Rome")
    delivery = records.delivery(account=account, contact_date=NOON)

    shown = marketer.get(f"/api/v1/deliveries/{delivery.pk}/").json()

    assert shown["contact_date"] == "2026-11-23T12:00:00Z"
    timezone.deactivate()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"label": " "}, "label"),
        ({"label": "x" * 201}, "label"),
        ({"label": "a\0"}, "label"),
        ({"label": None}, "label"),
        ({"lable": "x"}, "lable"),
        ({"account": 999}, "account"),
        ({"account": "x"}, "account"),
        ({"account": 1 << 63}, "account"),
        ({"account": -1}, "account"),
        ({"account": True}, "account"),
        ({"account": None}, "account"),
        ({"account": [1]}, "account"),
        ({"account": {"id": 1}}, "account"),
        ({"account": "٣"}, "account"),
        ({"channel": "fax"}, "channel"),
        ({"content": "x" * 10_001}, "content"),
        ({"sender": "x" * 65}, "sender"),
        ({"sender": "twelve chars"}, "sender"),
        ({"validity_hours": 0}, "validity_hours"),
        ({"validity_hours": 169}, "validity_hours"),
        ({"typology": "None such"}, "typology"),
        ({"version": "x"}, "version"),
        ({"contact_date": "tomorrow"}, "contact_date"),
        ({"contact_date": "0001-01-01T00:00:00+23:00"}, "contact_date"),
        ({"status": "finished"}, "status"),
        ({"counters": {}}, "counters"),
    ],
)
def test_what_makes_no_delivery_is_refused_by_name(operator, account, body, field):
    response = made(operator, account, **body)

    assert (response.status_code, list(response.json())) == (400, [field])
    assert not Delivery.objects.exists()


def test_a_draft_is_changed(operator, account):
    identifier = made(operator, account).json()["id"]
    other = records.account()

    response = operator.patch(
        f"/api/v1/deliveries/{identifier}/", {"content": "New", "account": str(other.pk)}
    )

    assert response.status_code == 200
    assert (response.json()["content"], response.json()["account"]) == ("New", str(other.pk))


def test_a_change_of_what_somebody_else_has_changed_is_refused(operator, account):
    shown = made(operator, account).json()
    path = f"/api/v1/deliveries/{shown['id']}/"
    operator.patch(path, {"content": "Hers"})

    late = operator.patch(path, {"content": "His", "version": shown["version"]})
    anyway = operator.patch(path, {"validity_hours": 24})

    assert late.status_code == 409
    assert (anyway.json()["content"], anyway.json()["validity_hours"]) == ("Hers", 24)


def test_a_draft_is_deleted_and_what_was_sent_is_not(operator, marketer, account):
    path = f"/api/v1/deliveries/{made(operator, account).json()['id']}/"
    sent = f"/api/v1/deliveries/{records.delivery().pk}/"

    assert marketer.delete(path).status_code == 403
    assert operator.delete(path).status_code == 204
    assert operator.delete(path).status_code == 404
    refused = operator.delete(sent)
    assert (refused.status_code, "has started" in refused.json()["detail"]) == (409, True)


def test_a_delivery_is_duplicated(operator, marketer, account):
    identifier = made(operator, account, content="Hi").json()["id"]
    path = f"/api/v1/deliveries/{identifier}/duplicate/"

    assert marketer.post(path, {}).status_code == 403
    copy = operator.post(path, {})

    assert (copy.status_code, copy.json()["content"]) == (201, "Hi")
    assert copy.json()["id"] != identifier
    assert operator.post("/api/v1/deliveries/1/duplicate/", {}).status_code == 404


def test_what_was_sent_stays(operator):
    delivery = records.delivery(content="Sent")

    refused = operator.patch(f"/api/v1/deliveries/{delivery.pk}/", {"content": "Else"})
    renamed = operator.patch(f"/api/v1/deliveries/{delivery.pk}/", {"label": "Renamed"})

    assert refused.status_code == 409
    assert "content" in refused.json()["detail"]
    assert (renamed.json()["label"], renamed.json()["content"]) == ("Renamed", "Sent")


def test_the_channel_of_a_delivery_stays(operator, account):
    identifier = made(operator, account).json()["id"]

    response = operator.patch(f"/api/v1/deliveries/{identifier}/", {"channel": "email"})

    assert (response.status_code, list(response.json())) == (400, ["channel"])


def test_a_marketer_reads_and_changes_nothing(marketer, account):
    delivery = records.delivery(account=account)

    assert made(marketer, account).status_code == 403
    assert marketer.patch(f"/api/v1/deliveries/{delivery.pk}/", {}).status_code == 403
    assert marketer.get("/api/v1/deliveries/").status_code == 200


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("", ["Spring", "Autumn"]),
        ("label=spr", ["Spring"]),
        ("status=paused", ["Spring"]),
        ("folder=F", ["Autumn"]),
        ("channel=email", []),
        ("since=2026-11-24T00:00:00Z", ["Spring"]),
        ("until=2026-11-24T00:00:00Z", ["Autumn"]),
        ("sort=label", ["Autumn", "Spring"]),
        ("sort=-success", ["Autumn", "Spring"]),
    ],
)
def test_the_list_is_filtered_and_sorted(marketer, account, query, labels):
    autumn = records.delivery(account=account, label="Autumn", folder="F", contact_date=NOON)
    records.message(autumn, status=MessageStatus.DELIVERED)
    records.delivery(
        account=account,
        label="Spring",
        status=DeliveryStatus.PAUSED,
        contact_date=NOON + timedelta(days=1),
    )

    response = marketer.get(f"/api/v1/deliveries/?{query}")

    assert [row["label"] for row in response.json()["results"]] == labels


def test_the_list_is_filtered_by_account(marketer, account):
    records.delivery(account=account, label="mine")
    records.delivery(label="other")

    response = marketer.get(f"/api/v1/deliveries/?account={account.pk}")

    assert [row["label"] for row in response.json()["results"]] == ["mine"]


@pytest.mark.parametrize("query", ["status=x", "sort=x", "account=x", "label=%00", "lable=x"])
def test_a_filter_that_cannot_be_is_refused_by_name(marketer, query):
    response = marketer.get(f"/api/v1/deliveries/?{query}")

    assert (response.status_code, list(response.json())) == (400, [query.partition("=")[0]])


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_however_long(marketer, rows, django_assert_num_queries):
    for _ in range(rows):
        records.message(records.delivery())

    with django_assert_num_queries(5):  # token, rights of user and group, rows, figures
        response = marketer.get("/api/v1/deliveries/")

    assert len(response.json()["results"]) == rows


def test_a_timeline_tells_what_happened_when(marketer):
    delivery = records.delivery()
    records.message(delivery, delivered_at=NOON + timedelta(hours=1, minutes=5))

    response = marketer.get(f"/api/v1/deliveries/{delivery.pk}/timeline/?step=hour")

    zeros = {"accepted": 0, "sent": 0, "delivered": 0, "failed": 0, "clicks": 0}
    assert response.json() == {
        "step": "hour",
        "next": None,
        "previous": None,
        "results": [
            zeros | {"bucket": "2026-11-23T12:00:00Z", "accepted": 1},
            zeros | {"bucket": "2026-11-23T13:00:00Z", "delivered": 1},
        ],
    }


def test_a_timeline_has_three_steps(marketer):
    delivery = records.delivery()

    response = marketer.get(f"/api/v1/deliveries/{delivery.pk}/timeline/?step=week")

    assert (response.status_code, list(response.json())) == (400, ["step"])
