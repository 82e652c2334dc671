"""Starting, pausing, resuming and cancelling by machine, and deciding what is in doubt."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deliveries.models import AuditEvent, Delivery, Message
from sending.models import Launch, Outgoing
from tests import records
from tests.sending import prepared

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(db):
    return prepared.delivery(2)


def call(machine, delivery, act, **body):
    return machine.post(f"/api/v1/deliveries/{delivery.pk}/{act}/", body)


def in_doubt(delivery):
    Outgoing.objects.filter(delivery=delivery).update(
        state=Outgoing.State.IN_DOUBT,
        claimed_at=timezone.now(),
        last_error="500 for +393330000001",
    )


def test_the_acts_lead_through_the_life_of_a_delivery(operator, delivery):
    found = [
        call(operator, delivery, act).json()["status"]
        for act in ("start", "pause", "resume", "cancel")
    ]

    assert found == ["in_progress", "paused", "in_progress", "cancelled"]
    line = AuditEvent.objects.filter(delivery=delivery).earliest("id")
    assert line.actor == "operator-machine"


@pytest.mark.parametrize("act", ["pause", "resume"])
def test_what_is_not_possible_is_refused_with_its_reason(operator, delivery, act):
    answer = call(operator, delivery, act)

    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("The delivery is ready: only one that is ")


def test_a_delivery_that_is_being_prepared_is_refused_a_cancellation_with_the_cure(operator):
    answer = call(operator, records.delivery(status="targeting"), "cancel")

    assert (answer.status_code, answer.json()) == (
        409,
        {
            "detail": (
                "The delivery is being prepared: stop the preparation first, then the delivery."
            )
        },
    )


@pytest.mark.parametrize("act", ["start", "pause", "resume", "cancel", "doubts"])
def test_a_marketer_cannot_act(marketer, delivery, act):
    assert call(marketer, delivery, act).status_code == 403


@pytest.mark.parametrize("act", ["start", "pause", "doubts"])
def test_a_field_that_is_not_known_is_named(operator, delivery, act):
    answer = call(operator, delivery, act, when="now", was_sent=True)

    assert answer.status_code == 400
    assert answer.json()["when"] == ["There is no such field."]


def test_a_start_can_be_later_and_in_waves(operator, delivery):
    at = (timezone.now() + timedelta(hours=2)).replace(microsecond=0)

    answer = call(
        operator, delivery, "start", at=at.isoformat(), waves=["50%", "rest"], interval=30
    )

    assert answer.json()["status"] == "scheduled"
    row = Launch.objects.get(pk=delivery.pk)
    assert (row.starts_at, row.waves, row.interval) == (at, ["50%", "rest"], timedelta(minutes=30))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"at": "2020-01-01T00:00:00Z"}, "at"),
        ({"at": "tomorrow"}, "at"),
        ({"waves": ["x"]}, "waves"),
        ({"waves": ["1", "rest"]}, "interval"),
        ({"interval": 0}, "interval"),
    ],
)
def test_a_start_that_cannot_be_names_the_field(operator, delivery, body, field):
    answer = call(operator, delivery, "start", **body)

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert Delivery.objects.get(pk=delivery.pk).status == "ready"


def test_a_time_without_a_zone_is_refused_with_how_to_write_it(operator, delivery):
    at = (timezone.now() + timedelta(hours=2)).replace(tzinfo=None).isoformat()

    started = call(operator, delivery, "start", at=at)
    listed = operator.get("/api/v1/deliveries/", {"since": at})

    cure = (
        "Give an ISO 8601 time with its zone: 2026-01-31T12:00:00Z, or 2026-01-31T13:00:00+01:00."
    )
    assert (started.status_code, started.json()) == (400, {"at": [cure]})
    assert (listed.status_code, listed.json()) == (400, {"since": [cure]})


@pytest.mark.parametrize("rows", [1, 3])
def test_doubts_are_listed_with_a_fixed_number_of_queries(
    operator, django_assert_num_queries, rows
):
    made = prepared.delivery(rows)
    in_doubt(made)

    with django_assert_num_queries(5):
        listed = operator.get(f"/api/v1/deliveries/{made.pk}/doubts/").json()["results"]

    assert len(listed) == rows
    assert listed[0].keys() == {"message", "address", "claimed_at", "error"}


def test_a_marketer_sees_no_address_among_doubts(marketer, delivery):
    in_doubt(delivery)

    shown = marketer.get(f"/api/v1/deliveries/{delivery.pk}/doubts/").content.decode()

    assert "0000001" not in shown


def test_doubts_are_decided_by_name_and_all_at_once(operator, delivery):
    in_doubt(delivery)
    first = Message.objects.filter(delivery=delivery).earliest("id")

    named = call(operator, delivery, "doubts", was_sent=True, messages=[str(first.pk)])
    others = call(operator, delivery, "doubts", was_sent=False)
    none = call(operator, delivery, "doubts", was_sent=False)

    assert [named.json(), others.json()] == [{"decided": 1}, {"decided": 1}]
    assert (none.status_code, list(none.json())) == (409, ["detail"])


@pytest.mark.parametrize("messages", [[], ["x"], "all"])
def test_doubts_that_are_named_wrongly_are_refused(operator, delivery, messages):
    answer = call(operator, delivery, "doubts", was_sent=True, messages=messages)

    assert (answer.status_code, list(answer.json())) == (400, ["messages"])


@pytest.mark.parametrize("act", ["start", "pause", "resume", "cancel", "doubts"])
def test_a_delivery_that_is_not_there_is_not_found(operator, act):
    answer = operator.post(
        f"/api/v1/deliveries/1/{act}/", {"was_sent": True} if act == "doubts" else {}
    )

    assert answer.status_code == 404


def test_what_another_system_sends_is_not_paused_here(operator):
    answer = call(operator, records.delivery(), "pause")

    assert answer.status_code == 409
    assert "Another system" in answer.json()["detail"]
