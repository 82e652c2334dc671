"""Incidents for machines."""

import pytest

from deliveries.models import AuditEvent
from quarantine import thresholds
from quarantine.models import Incident
from tests import records
from tests.records import NOON

pytestmark = pytest.mark.django_db
PATH = "/api/v1/quarantine/incidents/"


@pytest.fixture
def incident():
    return Incident.objects.create(
        account_id=records.account().pk,
        country="IT",
        began_at=NOON,
        failing_until=NOON.replace(minute=1),
        held_from=NOON,
        messages=300,
        failed=290,
        watch=thresholds.in_force(),
        found_at=NOON,
        settled=True,
    )


def test_incidents_are_listed_and_shown(admin, incident):
    (row,) = admin.get(PATH, {"state": "open"}).json()["results"]

    assert (row["id"], row["country"], row["network"]) == (str(incident.pk), "IT", "")
    assert (row["messages"], row["failed"], row["usual"]) == (300, 290, None)
    assert (row["decided_by"], row["held_until"]) == ("", None)
    assert admin.get(f"{PATH}{incident.pk}/").json() == row
    assert admin.get(PATH, {"state": "dismissed"}).json()["results"] == []


def test_a_decision_says_who_and_why(admin, incident):
    answer = admin.post(f"{PATH}{incident.pk}/dismiss/", {"reason": "A bad list"})

    assert answer.status_code == 200
    said = answer.json()
    assert (said["state"], said["text"], said["settled"]) == ("dismissed", "A bad list", False)
    assert said["decided_by"] == "admin-machine"
    assert admin.post(f"{PATH}{incident.pk}/dismiss/", {}).status_code == 409
    assert admin.post(f"{PATH}{incident.pk}/confirm/", {}).json()["state"] == "confirmed"


def test_no_address_of_a_reason_gets_out(admin, marketer, incident):
    reason = {"reason": "Asked by +39 333 000 0001"}
    assert admin.post(f"{PATH}{incident.pk}/confirm/", reason).json()["text"] == reason["reason"]

    shown = marketer.get(f"{PATH}{incident.pk}/").json()
    (listed,) = marketer.get(PATH).json()["results"]

    assert (shown["text"], listed["text"]) == ("Asked by +39 ••• ••• 001",) * 2
    assert "333" not in AuditEvent.objects.latest("id").text


def test_what_is_not_there_is_404_and_what_is_withdrawn_409(admin, incident):
    assert admin.post(f"{PATH}999999/confirm/", {}).status_code == 404
    Incident.objects.update(state="withdrawn")
    assert admin.post(f"{PATH}{incident.pk}/confirm/", {}).status_code == 409


def test_operators_read_and_decide_nothing(operator, incident):
    assert operator.get(PATH).status_code == 200
    assert operator.post(f"{PATH}{incident.pk}/confirm/", {}).status_code == 403
    assert operator.put(f"{PATH}limits/", {}).status_code == 403


def test_limits_are_read_and_changed(admin):
    assert admin.get(f"{PATH}limits/").json()["least_messages"] == 200

    said = admin.put(f"{PATH}limits/", {"least_messages": 50}).json()

    assert (said["least_messages"], said["enabled"], said["version"]) == (50, True, 2)
    assert "least_percent" in admin.put(f"{PATH}limits/", {"least_percent": 101}).json()
