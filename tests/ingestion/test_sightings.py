"""When an account was heard of, and what it said first."""

from datetime import timedelta

import pytest

from ingestion import inbox, sightings
from ingestion.models import Proof, Sighting
from ingestion.sightings import Seen
from tests import records
from tests.ingestion import callbacks, fiction
from tests.ingestion.callbacks import RECEIVED

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(db):
    return callbacks.account()


def arrive(account, *reports, minute=0, proof=Proof.SIGNED):
    at = RECEIVED + timedelta(minutes=minute)
    arrived = callbacks.arrival(account, *reports, received_at=at)
    inbox.store([arrived._replace(proof=int(proof))])
    callbacks.apply_all()


def seen(account):
    found = sightings.of(account_ids=[account.pk])
    return {genuine: each for (_account, genuine), each in found.items()}


def at(minute):
    return RECEIVED + timedelta(minutes=minute)


def test_the_first_genuine_callback_tells_what_it_was(account):
    arrive(account, callbacks.report("a", "sent"), callbacks.report("b", "failed"), minute=2)
    arrive(account, callbacks.report("a", "delivered"), minute=5)
    arrive(account, callbacks.report("a", "accepted"), minute=1)

    assert seen(account) == {True: Seen(at(1), at(5), "accepted")}


def test_of_a_batch_the_first_one_counts(account):
    later = callbacks.arrival(account, callbacks.report("a", "sent"), received_at=at(4))
    first = callbacks.arrival(account, callbacks.report("a", "nonsense"), received_at=at(3))
    inbox.store([later, first])
    callbacks.apply_all()

    assert seen(account) == {True: Seen(at(3), at(4), "unmoved")}


def test_what_nobody_has_proven_or_understood_is_not_genuine(account):
    arrive(account, callbacks.report("a", "sent"), proof=Proof.NONE)
    inbox.store([callbacks.raw(account, b"no JSON", received_at=at(1))])
    callbacks.apply_all()

    assert seen(account) == {False: Seen(at(0), at(1), "sent")}


def test_a_proven_address_is_genuine_and_a_test_of_our_own_is_nothing(account):
    arrive(account, callbacks.report("a", "sent"), proof=Proof.TOKEN)

    assert list(seen(account)) == [True]


def test_squashing_leaves_one_row_that_says_the_same(account):
    for minute in (2, 1, 3):
        arrive(account, callbacks.report("a", "sent"), minute=minute)
    before = seen(account)

    assert sightings.squash() == 2
    assert sightings.squash() == 0

    assert (seen(account), Sighting.objects.count()) == (before, 1)


def test_a_reply_is_told_as_one(account, table):
    other = records.account(kind=fiction.KIND)
    said = b'{"word": "reply", "id": "r", "address": "+393331112233", "text": "hello"}'
    inbox.store([callbacks.raw(other, said)])
    callbacks.apply_all()

    assert seen(other)[True].said == "reply"
