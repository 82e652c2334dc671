"""Proposals follow an address's record and the clicks in messages to it, not their order."""

import itertools
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from quarantine import acts
from quarantine.ledger import Name
from quarantine.models import Address
from tests import records
from tests.records import NOON
from tests.threads import PATIENCE_SECONDS, apart
from tests.tracking.recorded import click, url
from tests.waiting import somebody_waits, until
from tracking import proposals
from tracking.models import AddressToPropose

HOUR = timedelta(hours=1)


@pytest.fixture
def message(db):
    return records.message(records.delivery())


@pytest.fixture
def person(db):
    return get_user_model().objects.create_user("anna")


def quarantine(message, *, at):
    name = Name("sms", message.address)
    acts.add(name=name, status="quarantine", text="So", by=None, at=at)


def clicked(message, *, at):
    """A person clicks, which was judged already."""
    click(url(message.delivery), message, at=at, verdict="human")
    proposals.ask({message.pk: message})


def proposed():
    proposals.follow()
    return [proposal.clicked_at for proposal in proposals.to_decide()]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_what_is_proposed_does_not_depend_on_what_became_known_first(message, order):
    steps = [
        lambda: clicked(message, at=NOON - HOUR),
        lambda: quarantine(message, at=NOON),
        lambda: clicked(message, at=NOON + HOUR),
    ]
    for step in order:
        steps[step]()
        proposals.follow()

    assert proposed() == [NOON + HOUR]
    assert not AddressToPropose.objects.exists()


def test_who_is_quarantined_after_the_click_is_not_proposed(message):
    clicked(message, at=NOON - HOUR)
    quarantine(message, at=NOON)

    assert proposed() == []


def test_what_was_accepted_is_proposed_again_by_a_later_click_only(message, person):
    quarantine(message, at=NOON)
    clicked(message, at=NOON + HOUR)
    proposals.follow()
    proposals.accept(proposal_id=proposals.to_decide().get().pk, by=person, at=NOON + 2 * HOUR)
    quarantine(message, at=NOON + 3 * HOUR)
    assert proposed() == []

    clicked(message, at=NOON + 4 * HOUR)

    assert proposed() == [NOON + 4 * HOUR]


def test_what_was_declined_stays_so(message, person):
    quarantine(message, at=NOON)
    clicked(message, at=NOON + HOUR)
    proposals.follow()
    proposals.decline(proposal_id=proposals.to_decide().get().pk, by=person, at=NOON + 2 * HOUR)

    clicked(message, at=NOON + 3 * HOUR)

    assert proposed() == []


@pytest.mark.django_db(transaction=True)
def test_who_accepts_and_the_worker_lock_in_the_same_order(django_user_model):
    anna = django_user_model.objects.create_user("anna")
    message = records.message(records.delivery())
    quarantine(message, at=NOON)
    clicked(message, at=NOON + HOUR)
    proposals.follow()
    proposal = proposals.to_decide().get()
    clicked(message, at=NOON + 2 * HOUR)

    with transaction.atomic():
        list(Address.objects.select_for_update().filter(pk=proposal.address_id))
        accepted = apart(proposals.accept, proposal_id=proposal.pk, by=anna, at=NOON + 3 * HOUR)
        until(somebody_waits)
        proposals.follow_batch()

    assert accepted.result(PATIENCE_SECONDS).state == "accepted"
