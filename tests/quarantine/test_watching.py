"""Incidents that go on are followed until they are over, or until nobody watches any more."""

from datetime import timedelta

import pytest

from deliveries import incidents as told
from deliveries.models import AuditEvent
from quarantine import incidents, tallies, thresholds, watching
from quarantine.models import Incident
from quarantine.outages import Ends
from quarantine.places import Place
from quarantine.thresholds import Wanted
from tests import records
from tests.records import NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def going_on():
    return Incident.objects.create(
        account_id=records.account().pk,
        began_at=NOON,
        failing_until=NOON + MINUTE,
        held_from=NOON,
        messages=300,
        failed=290,
        watch=thresholds.in_force(),
        found_at=NOON,
    )


def held_at(at):
    return [each.id for each in incidents.holding(since=at)]


@pytest.mark.parametrize("state", ["open", "confirmed"])
def test_what_goes_on_ends_where_nobody_watches_any_more(going_on, state):
    Incident.objects.update(state=state)
    thresholds.change(Wanted(enabled=False), by=None, at=NOON + MINUTE)
    assert held_at(NOON + 5 * MINUTE) == [going_on.pk]

    told.look(at=NOON + 2 * MINUTE)

    assert held_at(NOON) == [going_on.pk]
    assert held_at(NOON + 5 * MINUTE) == []
    assert AuditEvent.objects.latest("id").code == "QRN-1031"
    told.look(at=NOON + 3 * MINUTE)
    going_on.refresh_from_db()
    assert (going_on.state, going_on.held_until) == (state, NOON + MINUTE + watching.BESIDE)
    assert AuditEvent.objects.filter(code="QRN-1031").count() == 1


EVERYWHERE = Place(9, "", "", "")


def fails(minutes, *, country="IT", number=300, failed=None):
    """Let messages of these minutes after noon fail, all unless something else is said."""
    where = EVERYWHERE._replace(country=country)
    ends = Ends(number, number if failed is None else failed)
    tallies.add({(where, NOON + minute * MINUTE): ends for minute in minutes})


def look(minute):
    told.look(at=NOON + minute * MINUTE)
    return list(Incident.objects.order_by("began_at"))


def spans(rows):
    """Return since when each holds and until when, in minutes after noon; None: it goes on."""
    return [
        ((row.held_from - NOON) / MINUTE, row.held_until and (row.held_until - NOON) / MINUTE)
        for row in rows
    ]


BEFORE = -watching.BESIDE / MINUTE


def test_errors_told_late_between_two_incidents_let_the_first_reach_to_the_second():
    fails([0, 1])
    look(2)
    look(15)
    fails([20, 21])
    first, second = look(22)
    assert (first.goes_on(), second.goes_on()) == (False, True)

    fails(range(2, 20))

    assert spans(look(23)) == [(BEFORE, 20 + BEFORE), (20 + BEFORE, None)]


def test_errors_told_late_of_before_an_incident_are_one_that_ends_where_that_begins():
    fails([20, 21])
    look(22)
    fails(range(20))

    rows = look(23)

    assert spans(rows) == [(BEFORE, 20 + BEFORE), (20 + BEFORE, None)]
    assert [(row.messages, row.failed) for row in rows] == [(6_000, 6_000), (600, 600)]


def test_an_incident_is_told_with_the_figures_of_its_own_place():
    thresholds.change(Wanted(new_percent=50), by=None, at=NOON)
    fails([0, 1])
    fails([0, 1], country="FR", number=200, failed=0)

    (row,) = look(3)

    assert (row.country, row.messages, row.failed) == ("IT", 600, 600)
    assert "600 of 600 messages failed" in AuditEvent.objects.latest("id").text
