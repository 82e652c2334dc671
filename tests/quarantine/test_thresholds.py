"""From when on failures are an incident, as it is kept."""

import pytest

from quarantine import thresholds
from quarantine.models import Watch
from quarantine.thresholds import Wanted
from tests.records import NOON

pytestmark = pytest.mark.django_db


def test_an_installation_watches_from_the_beginning():
    version = thresholds.in_force()

    assert (version.version, thresholds.wanted(version)) == (1, Wanted())
    assert thresholds.in_force() == version


def test_a_change_makes_a_version_and_says_what_changed():
    told = thresholds.change(Wanted(least_messages=20), by=None, at=NOON)

    assert told == ["least messages 200 → 20"]
    assert thresholds.in_force().version == 2


def test_nothing_new_makes_no_version():
    assert thresholds.change(Wanted(), by=None, at=NOON) == []
    assert Watch.objects.count() == 1
