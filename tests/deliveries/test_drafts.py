"""Drafts: a delivery may be changed until it starts; after that, only where it is filed."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from deliveries import drafts, journal
from deliveries.models import AuditEvent, Delivery
from messaging.statuses import DeliveryStatus
from tests import records
from tests.records import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return get_user_model().objects.create_user("anna")


def lines(delivery):
    found = AuditEvent.objects.filter(delivery=delivery).order_by("id")
    return [(line.code, line.text, line.actor) for line in found]


def test_a_new_delivery_is_being_edited_and_has_a_code(anna):
    account = records.account()

    made = drafts.create(by=anna, at=NOON, label="Launch", account=account, content="Ciao")

    assert (made.status, made.channel, made.validity) == ("editing", "sms", timedelta(hours=72))
    assert made.code.startswith("DM")
    assert made == Delivery.objects.get(created_by=anna)
    assert lines(made) == [("DEL-1001", "Delivery created.", "anna")]


def test_nobody_may_make_a_delivery_too():
    made = drafts.create(by=None, at=NOON, label="Launch", account=records.account())

    assert made.created_by is None
    assert lines(made) == [("DEL-1001", "Delivery created.", "")]


def test_codes_are_never_the_same():
    account = records.account()

    made = [drafts.create(by=None, at=NOON, label="x", account=account) for _ in range(3)]

    assert len({delivery.code for delivery in made}) == 3


def test_what_changed_is_kept_and_told(anna):
    made = records.delivery(status=DeliveryStatus.EDITING)
    account = records.account()

    changed = drafts.change(
        delivery_id=made.pk, by=anna, at=NOON, label=made.label, content="New", account=account
    )

    found = Delivery.objects.get(pk=made.pk)
    assert (found.content, found.account, found.label) == ("New", account, "Event launch")
    assert changed == found
    assert found.modified_at > made.modified_at
    assert lines(made) == [("DEL-1002", "Changed: content, account.", "anna")]


def test_what_is_given_as_it_was_changes_nothing(anna):
    made = records.delivery()

    drafts.change(delivery_id=made.pk, by=anna, at=NOON, label=made.label, content=made.content)

    assert Delivery.objects.get(pk=made.pk).modified_at == made.modified_at
    assert lines(made) == []


@pytest.mark.parametrize("status", ["in_progress", "paused", "finished", "cancelled", "failed"])
def test_what_was_sent_stays_as_it_is_once_started(status):
    made = records.delivery(status=status)

    with pytest.raises(drafts.NotChangeable, match="content, sender can no longer be changed"):
        drafts.change(
            delivery_id=made.pk, by=None, at=NOON, label="New", content="New", sender="New"
        )

    found = Delivery.objects.get(pk=made.pk)
    assert (found.label, found.content) == ("Event launch", "")
    assert lines(made) == []


def test_a_delivery_that_started_may_still_be_filed_elsewhere():
    made = records.delivery()

    drafts.change(delivery_id=made.pk, by=None, at=NOON, label="New", folder="Spring")

    found = Delivery.objects.get(pk=made.pk)
    assert (found.label, found.folder) == ("New", "Spring")
    assert journal.first_broken(delivery=made) is None


def test_what_is_not_there_cannot_be_changed():
    with pytest.raises(Delivery.DoesNotExist):
        drafts.change(delivery_id=1, by=None, at=NOON, label="New")
