"""What clicks prove: events like any other, and proposals to release addresses."""

import itertools
from datetime import timedelta

import pytest

from deliveries import figures, recount, story
from deliveries.models import Message, MessageEvent
from ingestion import clicked, erasure, tasks
from messaging.failures import FailureClass, FailureType
from messaging.statuses import AddressStatus, Evidence, MessageStatus
from quarantine.models import Address
from tests import records
from tests.ingestion import callbacks
from tests.records import NOON
from tests.tracking.recorded import click, url
from tracking import judging, proofs, proposals
from tracking.models import Click, MessageToProve, ReleaseProposal

LATER = NOON + timedelta(hours=1)


ANNA = "+393331112233"


@pytest.fixture
def table(table):
    table["gone"] = (MessageStatus.FAILED, FailureClass.USER_UNKNOWN)
    table["busy"] = (MessageStatus.FAILED, FailureClass.UNREACHABLE)
    return table


@pytest.fixture
def tell(delivery, post):
    """Apply what becomes of a message to Anna."""

    def told(word, *, minute=0, message=None):
        message = message or records.message(delivery, address=ANNA, provider_ids=(f"{minute}",))
        provider_id = message.references.get().provider_id
        post(id=provider_id, word=word, at=f"{NOON + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ}")
        callbacks.apply_all()

    return told


@pytest.fixture
def on(delivery):
    return url(delivery)


def heard(at=LATER):
    judging.judge()
    clicked.hear(at=at)
    proposals.follow()


def standing(message):
    row = Message.objects.get(pk=message.pk)
    return row.status, row.evidence, row.contradicted


def proven(delivery):
    return recount.drifts(delivery_ids=[delivery.pk]) == []


@pytest.mark.parametrize(
    "status", [MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.UNKNOWN]
)
def test_a_person_who_clicks_has_received_the_message(delivery, on, status):
    message = records.message(delivery, status=status)
    click(on, message, at=NOON + timedelta(minutes=5))

    heard()

    assert standing(message) == (MessageStatus.DELIVERED, Evidence.CLICKED, False)
    told = figures.of(delivery_ids=[delivery.pk])[delivery.pk]
    assert (told.delivered, told.in_progress, told.unknown) == (1, 0, 0)
    assert Message.objects.get(pk=message.pk).delivered_at == NOON + timedelta(minutes=5)
    event = MessageEvent.objects.get(message=message)
    assert (event.moved, event.provider_code, event.text) == (True, "CLICK", clicked.TEXT)
    assert proven(delivery)


def test_a_robot_proves_nothing(delivery, on):
    message = records.message(delivery)
    click(on, message, user_agent="curl/8")

    heard()

    assert standing(message)[0] == MessageStatus.ACCEPTED
    assert not MessageEvent.objects.exists()


def test_more_clicks_say_nothing_new(delivery, on):
    message = records.message(delivery)
    click(on, message)
    heard()
    click(on, message, at=NOON + timedelta(minutes=1))

    heard(at=LATER + timedelta(minutes=1))

    assert MessageEvent.objects.count() == 1
    assert proven(delivery)


def test_an_earlier_click_that_comes_later_takes_the_place_of_the_first(delivery, on):
    message = records.message(delivery)
    click(on, message, at=NOON + timedelta(minutes=5))
    heard()
    click(on, message, at=NOON + timedelta(minutes=3))
    heard()

    assert MessageEvent.objects.get().occurred_at == NOON + timedelta(minutes=3)
    assert Message.objects.get(pk=message.pk).delivered_at == NOON + timedelta(minutes=3)
    assert proven(delivery)


def test_what_was_reported_as_received_is_better_known_and_stays_as_it_was(delivery, on):
    message = records.message(delivery)
    said = records.event(message, status=MessageStatus.DELIVERED, evidence=Evidence.CARRIER)
    row = Message.objects.get(pk=message.pk)
    click(on, row, at=NOON + timedelta(minutes=5))

    heard()

    assert standing(message) == (MessageStatus.DELIVERED, Evidence.CLICKED, False)
    assert Message.objects.get(pk=message.pk).delivered_at == said.occurred_at


def test_a_later_click_on_a_received_message_is_no_other_success(tell, delivery, on):
    message = records.message(delivery, address=ANNA, provider_ids=("p-1",))
    tell("done", minute=2, message=message)
    before = list(Address.objects.values())
    click(on, message, at=NOON + timedelta(minutes=5))

    heard()

    assert standing(message)[:2] == (MessageStatus.DELIVERED, Evidence.CLICKED)
    assert list(Address.objects.values()) == before


def test_a_failure_beside_a_click_is_a_contradiction(delivery, on):
    message = records.message(delivery)
    records.event(message, status=MessageStatus.FAILED, failure_type=FailureType.HARD)
    click(on, message, at=NOON + timedelta(minutes=5))

    heard()

    assert standing(message) == (MessageStatus.DELIVERED, Evidence.CLICKED, True)
    assert proven(delivery)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_reports_and_clicks_come_to_the_same_in_any_order(tell, delivery, on, order):
    message = records.message(delivery, address=ANNA, provider_ids=("p-1",))
    steps = [
        lambda: tell("sent", minute=1, message=message),
        lambda: tell("gone", minute=2, message=message),
        lambda: (click(on, message, at=NOON + timedelta(minutes=5)), heard()),
    ]
    for place in order:
        steps[place]()

    assert standing(message) == (MessageStatus.DELIVERED, Evidence.CLICKED, True)
    assert proven(delivery)
    assert not Address.objects.exclude(status=AddressStatus.VALID).exists()


def test_a_click_that_turns_out_to_be_a_robots_proves_nothing_any_more(delivery, on):
    message = records.message(delivery)
    made = click(on, message)
    heard()
    # As a new version of the rules would have it: counted as a person until now.
    Click.objects.filter(pk=made.pk).update(verdict="bot", reasons=["no_agent"])
    proofs.ask([message.pk])

    clicked.hear(at=LATER)

    assert standing(message) == (MessageStatus.ACCEPTED, Evidence.NONE, False)
    assert not MessageEvent.objects.exists()
    assert [drift.figure.figure for drift in recount.drifts(delivery_ids=[delivery.pk])] == [
        "click_reasons", "click_verdicts", "click_verdicts", "clickers", "clickers", "clickers",
        "human_clicks", "human_clicks",
    ]  # fmt: skip


def test_a_success_by_click_counts_for_the_address(tell, delivery, on):
    tell("busy")
    assert Address.objects.get().status == AddressStatus.WITH_ERRORS
    click(on, records.message(delivery, address=ANNA), at=NOON + timedelta(minutes=5))

    heard()

    assert Address.objects.get().status == AddressStatus.VALID


def test_a_click_proposes_to_release_a_quarantined_number_and_releases_nothing(tell, delivery, on):
    tell("gone")
    row = Address.objects.get(status=AddressStatus.QUARANTINE)
    message = records.message(delivery, address=ANNA)
    click(on, message, at=NOON + timedelta(minutes=5))

    heard()
    heard()

    (proposal,) = ReleaseProposal.objects.all()
    assert (proposal.address, proposal.message_id, proposal.state) == (row, message.pk, "open")
    assert proposal.clicked_at == NOON + timedelta(minutes=5)
    row.refresh_from_db()
    assert row.status == AddressStatus.QUARANTINE


def test_a_click_before_the_last_error_proposes_nothing(tell, delivery, on):
    tell("gone", minute=10)
    message = records.message(delivery, address=ANNA)
    click(on, message, at=NOON + timedelta(minutes=5))

    heard()

    assert not ReleaseProposal.objects.exists()


def test_an_error_that_is_reported_later_makes_the_click_before_or_after_it(tell, delivery, on):
    message = records.message(delivery, address=ANNA)
    click(on, message, at=NOON + timedelta(minutes=5))
    heard()
    tell("gone", minute=2)
    heard()
    assert ReleaseProposal.objects.get().state == "open"

    tell("gone", minute=10)
    heard()

    assert not ReleaseProposal.objects.exists()


def test_a_click_of_a_robot_withdraws_what_it_proposed(tell, delivery, on):
    tell("gone")
    message = records.message(delivery, address=ANNA)
    click(on, message, at=NOON + timedelta(minutes=5))
    heard()
    Click.objects.update(verdict="bot")
    proofs.ask([message.pk])

    clicked.hear(at=LATER)
    proposals.follow()

    assert not ReleaseProposal.objects.exists()


def test_an_erased_message_proposes_nothing_and_hurts_nobody(delivery, on):
    message = records.message(delivery, address="")
    click(on, message)

    heard()

    assert standing(message)[0] == MessageStatus.DELIVERED
    assert not ReleaseProposal.objects.exists()


def test_a_click_is_no_code_of_a_provider(delivery, on):
    message = records.message(delivery)
    click(on, message)

    heard()

    (line,) = story.of(message_id=message.pk).events
    assert (line.event.evidence, line.explanation) == (Evidence.CLICKED, None)


def test_the_task_hears_what_waits(delivery, on):
    message = records.message(delivery)
    click(on, message, at=NOON + timedelta(minutes=5))
    judging.judge()

    assert tasks.hear_clicks(reason="a word of a later version") == 1
    assert tasks.hear_clicks() == 0
    assert standing(message)[0] == MessageStatus.DELIVERED


def test_the_queue_is_empty_afterwards(delivery, on):
    click(on, records.message(delivery))

    heard()

    assert not MessageToProve.objects.exists()
    assert clicked.hear(at=LATER) == 0


def test_erasing_an_address_takes_out_who_clicked_and_keeps_the_verdict(delivery, on):
    message = records.message(delivery, address=ANNA)
    made = click(on, message)
    other = click(on, records.message(delivery))
    heard()

    erasure.forget(address=ANNA, by=None, at=LATER)

    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.user_agent, made.network, made.system, made.verdict) == ("", "", "", "human")
    assert made.settled
    assert other.user_agent
    assert proven(delivery)
