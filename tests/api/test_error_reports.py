"""The analysis of errors over the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.failures import Reason
from tests import records
from tests.deliveries import outcomes
from tests.deliveries.test_slice_names import qualification

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = timezone.now()


@pytest.fixture
def delivery(db):
    account = records.account()
    before = outcomes.delivery(account=account, contact_date=NOW - DAY * 40)
    made = outcomes.delivery(account=account, contact_date=NOW - DAY)
    for prefix in ("+39333", "+39347"):
        outcomes.count(before, prefix=prefix, delivered=90, failed=10)
    outcomes.count(made, prefix="+39333", delivered=90, failed=10)
    outcomes.count(made, prefix="+39347", delivered=50, failed=10)
    outcomes.count(
        made,
        prefix="+39347",
        failed=40,
        reason=Reason.REFUSED,
        qualification_id=qualification().pk,
    )
    return made


def test_a_delivery_tells_its_errors_and_what_changed(operator, delivery):
    found = operator.get(f"/api/v1/deliveries/{delivery.pk}/errors/?by=prefix").json()

    assert found["results"][0] == {
        "key": "+39347",
        "code": "+39347",
        "title": "Italy",
        "cause": "",
        "next_step": "",
        "messages": 100,
        "delivered": 50,
        "failed": 50,
        "rate": 0.5,
        "share": 50 / 60,
        "difference": 0.4,
        "worse": True,
    }
    assert (found["deliveries"], found["compared"], found["complete"]) == (1, 1, True)
    assert (found["success"], found["usual_success"]) == (0.7, 0.9)
    assert found["drop"] == {
        "missing": 40,
        "everywhere": False,
        "place": {"by": "prefix", "key": "+39347", "share": 1.0, "grew": False},
        "cause": {"by": "code", "key": found["drop"]["cause"]["key"], "share": 1.0, "grew": False},
    }
    assert found["latency"][0] == {"percent": 50, "at_most": 5}
    assert (found["next"], found["previous"]) == (None, None)


def test_codes_are_explained_and_reasons_named(operator, delivery):
    address = f"/api/v1/deliveries/{delivery.pk}/errors/"

    code = operator.get(f"{address}?by=code").json()["results"][0]
    reasons = operator.get(address).json()["results"]

    assert (code["code"], code["title"]) == ("30003", "Handset out of reach")
    assert code["next_step"]
    assert [(row["key"], row["failed"]) for row in reasons] == [
        ("refused", 40),
        ("unreachable", 20),
    ]


def test_a_period_tells_the_errors_of_its_deliveries(operator, delivery):
    other = outcomes.delivery(contact_date=NOW - DAY * 20)
    outcomes.count(other, failed=5)

    month = operator.get("/api/v1/errors/?by=account").json()
    week = operator.get("/api/v1/errors/?by=account&days=7").json()
    one = operator.get(f"/api/v1/errors/?account={other.account_id}").json()

    accounts = [str(delivery.account_id), str(other.account_id)]
    assert [row["key"] for row in month["results"]] == accounts
    assert [row["key"] for row in week["results"]] == accounts[:1]
    assert (one["success"], one["usual_success"], one["drop"]) == (0.0, None, None)


def test_nothing_in_a_period_is_told_as_nothing(operator):
    found = operator.get("/api/v1/errors/").json()

    assert (found["success"], found["results"], found["latency"]) == (None, [], [])


def test_a_drop_everywhere_names_no_place(operator):
    account = records.account()
    before = outcomes.delivery(account=account, contact_date=NOW - DAY)
    made = outcomes.delivery(account=account, contact_date=NOW)
    outcomes.count(before, delivered=900, failed=100)
    outcomes.count(made, delivered=500, failed=500)

    found = operator.get(f"/api/v1/deliveries/{made.pk}/errors/").json()["drop"]

    assert (found["place"], found["everywhere"]) == (None, True)
    assert found["cause"]["key"] == "unreachable"


def test_prefixes_of_few_numbers_are_hidden_from_who_sees_no_addresses(marketer):
    made = outcomes.delivery()
    outcomes.count(made, prefix="+39347", failed=3)

    found = marketer.get(f"/api/v1/deliveries/{made.pk}/errors/?by=prefix").json()

    assert [(row["key"], row["failed"]) for row in found["results"]] == [("", 3)]


@pytest.mark.parametrize("query", ["by=account", "by=x", "days=7", "b=reason"])
def test_what_cannot_be_asked_of_a_delivery_is_refused(operator, delivery, query):
    response = operator.get(f"/api/v1/deliveries/{delivery.pk}/errors/?{query}")

    assert response.status_code == 400


@pytest.mark.parametrize(("query", "status"), [("days=8", 400), ("by=x", 400), ("account=7", 404)])
def test_what_cannot_be_asked_of_a_period_is_refused(operator, query, status):
    assert operator.get(f"/api/v1/errors/?{query}").status_code == status


def test_a_delivery_that_is_not_there_has_no_errors(operator):
    assert operator.get("/api/v1/deliveries/77/errors/").status_code == 404
