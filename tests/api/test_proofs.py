"""Proofs by machine: sent, listed, masked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deliveries.models import Delivery
from tests.sending import prepared, targets

NUMBER = "+393331234567"


@pytest.fixture
def delivery(db):
    return targets.delivery(account=prepared.account(), sender="AURORA")


def path(delivery):
    return f"/api/v1/deliveries/{delivery.pk}/proofs/"


def send(machine, delivery, **body):
    return machine.post(path(delivery), {"addresses": [NUMBER]} | body)


def test_a_proof_is_answered_with_its_messages_and_listed(operator, delivery):
    answer = send(operator, delivery)

    made = Delivery.objects.get(proof_of=delivery)
    said = answer.json()
    assert answer.status_code == 201
    assert (said["id"], said["code"], said["status"], said["made_by"]) == (
        str(made.pk),
        made.code,
        "in_progress",
        "operator-machine",
    )
    assert [(each["address"], each["status"]) for each in said["messages"]] == [(NUMBER, "pending")]
    assert operator.get(path(delivery)).json()["results"] == [said]


def test_a_proof_is_in_no_list_and_can_be_asked_for_by_its_id(operator, delivery):
    made = send(operator, delivery).json()

    listed = operator.get("/api/v1/deliveries/").json()["results"]

    assert [row["id"] for row in listed] == [str(delivery.pk)]
    assert operator.get(f"/api/v1/deliveries/{made['id']}/").json()["code"] == made["code"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"addresses": []}, "addresses"),
        ({"addresses": ["12"]}, "addresses"),
        ({"addresses": [NUMBER] * 2}, "addresses"),
        ({"addresses": [NUMBER] * 11}, "addresses"),
        ({"recipient": 4}, "recipient"),
        ({"recipient": 0}, "recipient"),
        ({"to": "x"}, "to"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(operator, delivery, body, field):
    answer = send(operator, delivery, **body)

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert Delivery.objects.get() == delivery


def test_what_is_no_longer_edited_is_refused(operator, delivery):
    Delivery.objects.filter(pk=delivery.pk).update(status="finished")

    assert send(operator, delivery).status_code == 409


def test_a_marketer_reads_masked_and_sends_none(operator, marketer, delivery):
    send(operator, delivery)

    said = marketer.get(path(delivery)).json()["results"][0]["messages"][0]["address"]

    assert said not in (NUMBER, "")
    assert send(marketer, delivery).status_code == 403


def test_what_is_not_there_is_not_found(operator, delivery):
    assert operator.get("/api/v1/deliveries/1/proofs/").status_code == 404
    assert operator.post("/api/v1/deliveries/1/proofs/", {"addresses": ["1"]}).status_code == 404


def test_one_proof_costs_as_many_queries_as_three(operator, delivery):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            operator.get(path(delivery))
        return len(queries)

    send(operator, delivery)
    one = cost()
    send(operator, delivery)
    send(operator, delivery)

    assert cost() == one
