"""What people decide: facts in the story, with who and why, refused where they change nothing."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from ingestion import erasure
from quarantine import acts, optouts
from quarantine.acts import NotNow
from quarantine.ledger import Name
from quarantine.models import Address, Change
from quarantine.words import START, STOP, Said

pytestmark = pytest.mark.django_db

ANNA = "+393331112233"
NOW = timezone.now()


def put(status, at=NOW, **fields):
    return acts.add(
        name=Name("sms", ANNA), status=status, text=" By phone ", at=at, **{"by": None} | fields
    )


def decide(address_id, status, *, minute=1):
    at = NOW + timedelta(minutes=minute)
    acts.decide(address_ids=[address_id], status=status, text="So", by=None, at=at)


def hear(says, minute):
    word = Said(bytes([minute] * 16), says, NOW + timedelta(minutes=minute), says)
    optouts.hear({ANNA: [word]}, at=NOW)
    return word


def stands():
    row = Address.objects.get()
    return row.status, row.by_word


def test_a_decision_is_told_with_who_and_why():
    person = User.objects.create_user("ada")

    put("quarantine", by=person)

    change = Change.objects.get()
    assert (change.before, change.after, change.text) == ("valid", "quarantine", "By phone")
    assert (change.actor, change.at, change.rule) == (person, NOW, None)


def test_what_is_so_already_is_refused():
    identifier = put("quarantine")
    with pytest.raises(NotNow):
        decide(identifier, "quarantine")
    decide(identifier, "denylisted")
    for status in ("quarantine", "denylisted"):
        with pytest.raises(NotNow):
            decide(identifier, status)
    decide(identifier, "valid", minute=2)
    with pytest.raises(NotNow):
        decide(identifier, "valid", minute=3)


def test_a_release_lifts_a_word_and_those_before_it_stay_void():
    stop = hear(STOP, 1)
    decide(Address.objects.get().pk, "valid", minute=5)
    assert stands() == ("valid", False)

    optouts.hear({ANNA: [stop]}, at=NOW)
    hear(STOP, 4)
    assert stands() == ("valid", False)
    hear(STOP, 6)
    assert stands() == ("denylisted", True)


def test_what_a_person_denylists_no_word_lifts():
    hear(STOP, 1)
    decide(Address.objects.get().pk, "denylisted", minute=2)
    assert stands() == ("denylisted", False)
    assert Change.objects.latest("id").before == "denylisted"

    hear(START, 3)
    assert stands() == ("denylisted", False)


def test_an_address_that_was_erased_is_known_again():
    first = put("denylisted")
    erasure.forget(address=ANNA, by=None, at=NOW)

    with pytest.raises(NotNow):
        put("denylisted", at=NOW + timedelta(minutes=1))
    decide(first, "valid")
    assert stands() == ("valid", False)
