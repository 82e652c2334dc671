"""Drafts: a delivery may be changed until it starts; after that, only where it is filed."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from deliveries import drafts, proving
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
    assert proving.all_journals().faults == []


def test_what_is_not_there_cannot_be_changed():
    with pytest.raises(Delivery.DoesNotExist):
        drafts.change(delivery_id=1, by=None, at=NOON, label="New")


def test_what_is_given_twice_at_once_is_refused_to_the_second():
    made = records.delivery(status=DeliveryStatus.EDITING)
    seen = drafts.version(made)
    drafts.change(delivery_id=made.pk, by=None, at=NOON, seen=seen, content="Hers")

    with pytest.raises(drafts.Outdated, match="Somebody else"):
        drafts.change(delivery_id=made.pk, by=None, at=NOON, seen=seen, content="His")

    assert Delivery.objects.get(pk=made.pk).content == "Hers"


@pytest.mark.parametrize(
    ("status", "said"), [("targeting", "is being prepared"), ("scheduled", "is scheduled")]
)
def test_while_it_is_prepared_or_scheduled_a_draft_stays_as_it_is(status, said):
    made = records.delivery(status=status)

    with pytest.raises(drafts.NotChangeable, match=f"{said}: content can be changed once"):
        drafts.change(delivery_id=made.pk, by=None, at=NOON, content="New")

    assert drafts.change(delivery_id=made.pk, by=None, at=NOON, folder="New").folder == "New"


def test_what_was_prepared_of_another_content_has_to_be_prepared_again():
    made = records.delivery(status=DeliveryStatus.READY)

    drafts.change(delivery_id=made.pk, by=None, at=NOON, contact_date=NOON)
    assert Delivery.objects.get(pk=made.pk).status == "ready"
    drafts.change(delivery_id=made.pk, by=None, at=NOON, content="New")

    assert Delivery.objects.get(pk=made.pk).status == "editing"
    assert [code for code, *_ in lines(made)] == ["DEL-1002", "DEL-1002", "DEL-1003"]


@pytest.mark.parametrize("sender", ["", "SHOP", "A & B-C's", "+393331234567", "48200"])
def test_senders_that_phones_show_are_taken(sender):
    made = drafts.create(by=None, at=NOON, label="x", account=records.account(), sender=sender)

    assert made.sender == sender


@pytest.mark.parametrize("sender", ["twelve chars", "Città", "12", "1" * 16, "+39 333", " SHOP"])
def test_senders_that_no_phone_shows_are_refused_by_name(sender):
    with pytest.raises(drafts.BadDraft) as caught:
        drafts.create(by=None, at=NOON, label="x", account=records.account(), sender=sender)

    assert list(caught.value.errors) == ["sender"]
    assert not Delivery.objects.exists()


def test_an_account_of_another_channel_is_refused_by_name():
    with pytest.raises(drafts.BadDraft) as caught:
        drafts.create(
            by=None, at=NOON, label="x", account=records.account(), channel="email", sender="a@b.c"
        )

    assert list(caught.value.errors) == ["account"]


def test_a_delivery_goes_out_on_the_channel_of_its_account():
    mail = records.account(kind="postmark")

    made = drafts.create(by=None, at=NOON, label="Letter", account=mail)

    assert made.channel == "email"
    with pytest.raises(drafts.BadDraft):
        drafts.create(by=None, at=NOON, label="Letter", account=mail, channel="sms")
    with pytest.raises(drafts.BadDraft):
        drafts.change(delivery_id=made.pk, by=None, at=NOON, account=records.account())


def test_a_duplicate_has_the_content_and_a_label_of_its_own():
    model = records.delivery(label="x" * 200, folder="F", content="Hi", contact_date=NOON)

    copy = drafts.duplicate(delivery_id=model.pk, by=None, at=NOON)

    assert (copy.label, copy.folder, copy.content) == ("x" * 193 + " (copy)", "F", "Hi")
    assert (copy.status, copy.contact_date, copy.code == model.code) == ("editing", None, False)
    assert lines(copy) == [("DEL-1001", f"Delivery created as a duplicate of {model.code}.", "")]


def test_several_are_filed_at_once():
    made = [records.delivery() for _ in range(2)]

    number = drafts.file(
        delivery_ids=[each.pk for each in made] + [1], folder="F", by=None, at=NOON
    )

    assert number == 2
    assert set(Delivery.objects.values_list("folder", flat=True)) == {"F"}
