"""Proposals follow an address's record and the clicks in messages to it, not their order."""

import itertools
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from quarantine import acts, bulk
from quarantine.bulk import Wanted
from quarantine.ledger import Name
from quarantine.listing import Filter
from quarantine.models import Address
from tests import records
from tests.quarantine.taking import NOW, fail
from tests.records import NOON
from tests.threads import PATIENCE_SECONDS, apart
from tests.tracking.recorded import click, url
from tests.waiting import somebody_waits, until
from tracking import proposals
from tracking.models import AddressToPropose

HOUR = timedelta(hours=1)
ALL = Filter()


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


def together(action, *, at, chosen=ALL):
    """Decide on many addresses as one act."""
    row = bulk.begin(Wanted(action, "All of them"), chosen, told={}, by=None, at=at)
    bulk.work_batch(at=at, act_id=row.pk)
    return row


def test_a_click_between_a_bulk_release_and_its_undo_is_proposed(message):
    fail([message.address])
    row = together("release", at=NOW + HOUR)
    clicked(message, at=NOW + 2 * HOUR)
    assert proposed() == []

    bulk.undo(act_id=row.pk, by=None, at=NOW + 3 * HOUR)
    bulk.work_batch(at=NOW + 3 * HOUR, act_id=row.pk)

    assert proposed() == [NOW + 2 * HOUR]


def test_a_click_before_a_bulk_quarantine_is_proposed_no_more(message):
    fail([message.address])
    clicked(message, at=NOW + HOUR)
    assert proposed() == [NOW + HOUR]

    together("release", at=NOW + 2 * HOUR)
    together("quarantine", at=NOW + 3 * HOUR, chosen=Filter(status="valid"))

    assert proposed() == []
