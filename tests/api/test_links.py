"""Decisions on URLs, and links for texts that another system sends."""

import json

import pytest

from deliveries.models import Message
from messaging.statuses import DeliveryStatus
from tests import records
from tracking.models import Link, TrackedUrl

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery():
    return records.delivery(status=DeliveryStatus.EDITING, content="Hi {{name}} x.it")


def path(delivery, rest):
    return f"/api/v1/deliveries/{delivery.pk}/{rest}"


def test_urls_are_decided_on(operator, delivery):
    url = TrackedUrl.objects.get()

    answer = operator.patch(path(delivery, f"urls/{url.pk}/"), {"label": "Shop", "mode": "always"})

    assert answer.json() == {
        "id": str(url.pk),
        "label": "Shop",
        "category": "",
        "mode": "always",
        "url": "x.it",
    }
    assert operator.patch(path(delivery, f"urls/{url.pk}/"), {"mode": "x"}).status_code == 400
    assert operator.patch(path(delivery, f"urls/{url.pk}/"), {"url": "x"}).status_code == 400
    assert operator.patch(path(delivery, "urls/1/"), {"label": "x"}).status_code == 404
    blank = operator.patch(path(delivery, f"urls/{url.pk}/"), {"label": " "})
    assert (blank.status_code, blank.json().keys()) == (400, {"label"})
    type(delivery).objects.update(status=DeliveryStatus.FINISHED)
    late = operator.patch(path(delivery, f"urls/{url.pk}/"), {"mode": "never"})
    assert (late.status_code, late.json().keys()) == (409, {"detail"})


def test_terms_are_changed_and_read(operator, marketer, delivery):
    assert operator.patch(path(delivery, "links/"), {"days": 30}).json() == {"days": 30}
    assert operator.patch(path(delivery, "links/"), {"days": 0}).status_code == 400
    assert operator.get(path(delivery, "links/")).json() == {"days": 30}
    assert operator.get("/api/v1/deliveries/7/links/").status_code == 404
    assert marketer.get(path(delivery, "links/")).status_code == 403


def register(operator, delivery, *lines):
    body = "\n".join(map(json.dumps, lines)).encode()
    return operator.generic(
        "POST", path(delivery, "messages/"), body, content_type="application/x-ndjson"
    ).json()


def test_links_are_made_sent_elsewhere_and_registered_with_their_message(operator, delivery):
    wanted = [{"fields": {"name": "Zoë"}}, {}]

    answer = operator.post(path(delivery, "links/"), {"messages": wanted})

    assert answer.status_code == 201
    made = answer.json()["messages"]
    token = Link.objects.get(message_id=int(made[0]["message"])).token
    assert made[0]["text"] == f"Hi Zoë {made[0]['links']['x.it']}"
    assert made[0]["links"]["x.it"].endswith(f"/l/{token}")
    lines = [
        {"address": f"+39333123456{n}", "provider_message_id": f"p-{n}", "message": one["message"]}
        for n, one in enumerate(made)
    ]
    assert register(operator, delivery, *lines)["registered"] == 2
    assert {str(pk) for pk in Message.objects.values_list("pk", flat=True)} == {
        one["message"] for one in made
    }
    # Told again it is the same; with another provider id it is another message, which it is not.
    again = register(operator, delivery, lines[0], lines[1] | {"provider_message_id": "other"})
    assert (again["registered"], again["already"], again["rejected_count"]) == (0, 1, 1)
    assert (again["rejected"][0]["line"], again["rejected"][0]["field"]) == (2, "message")


def test_messages_that_were_not_reserved_are_rejected_by_line(operator, delivery):
    (made,) = operator.post(path(delivery, "links/"), {"messages": [{}]}).json()["messages"]
    line = {"address": "+393331234567", "provider_message_id": "p-1"}

    found = register(
        operator,
        delivery,
        line | {"message": "no"},
        line | {"message": 12345},
        line | {"message": made["message"], "provider_message_id": "p-2"},
        line | {"message": made["message"], "provider_message_id": "p-3"},
        line | {"message": "9" * 19, "provider_message_id": "p-4"},
    )

    assert (found["registered"], found["already"]) == (1, 0)
    assert sorted((one["line"], one["field"]) for one in found["rejected"]) == [
        (1, "message"),
        (2, "message"),
        (4, "message"),
        (5, "message"),
    ]


@pytest.mark.parametrize(
    "body",
    [{}, {"messages": []}, {"messages": [{"name": 1}]}, {"messages": [{"fields": {"a": {}}}]}],
)
def test_what_asks_for_no_links_is_refused(operator, delivery, body):
    assert operator.post(path(delivery, "links/"), body).status_code == 400


def test_links_that_cannot_be_made_say_why(operator, marketer, delivery):
    unknown = operator.post(path(delivery, "links/"), {"messages": [{"message": "5"}]})
    assert (unknown.status_code, unknown.json().keys()) == (400, {"detail"})
    type(delivery).objects.update(content="")
    assert operator.post(path(delivery, "links/"), {"messages": [{}]}).status_code == 409
    assert marketer.post(path(delivery, "links/"), {"messages": [{}]}).status_code == 403


def test_an_account_has_a_short_domain(admin):
    made = admin.post(
        "/api/v1/accounts/", {"name": "A", "kind": "kannel", "short_domain": "https://S.example/"}
    ).json()
    assert made["short_domain"] == "https://s.example"
    account = f"/api/v1/accounts/{made['id']}/"
    assert admin.get(account).json()["short_domain"] == "https://s.example"
    assert admin.patch(account, {"name": "B"}).json()["short_domain"] == "https://s.example"
    wrong = admin.patch(account, {"short_domain": "no domain"})
    assert (wrong.status_code, wrong.json().keys()) == (400, {"short_domain"})
    assert admin.patch(account, {"short_domain": ""}).json()["short_domain"] == ""
