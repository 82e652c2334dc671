"""Deleting drafts: all that was made of them goes, and their journals stay."""

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from deliveries import proving
from deliveries.models import AuditEvent, Counter, Delivery, Exclusion, Message
from messaging.statuses import DeliveryStatus, MessageStatus
from sending import drafts
from sending.models import Outgoing, Recipient, Upload
from tests import records
from tests.records import NOON
from tracking import urls
from tracking.models import TrackedUrl

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return get_user_model().objects.create_user("anna")


def test_a_duplicate_treats_its_links_as_its_model_does(anna):
    model = records.delivery(
        status=DeliveryStatus.EDITING, content="See https://x.it/a and https://x.it/b"
    )
    urls.note(delivery_id=model.pk)
    TrackedUrl.objects.filter(url="https://x.it/a").update(
        label="Shop", category="Sale", mode=TrackedUrl.Mode.NOT_TRACKED
    )

    copy = drafts.duplicate(delivery_id=model.pk, by=anna, at=NOON)

    urls.note(delivery_id=copy.pk)
    decided = TrackedUrl.objects.filter(delivery=copy).order_by("id")
    assert list(decided.values_list("url", "label", "category", "mode")) == [
        ("https://x.it/a", "Shop", "Sale", TrackedUrl.Mode.NOT_TRACKED),
        ("https://x.it/b", "x.it/b", "", TrackedUrl.Mode.TRACKED),
    ]


def prepared():
    """Make a draft with a recipient, a message that waits and an exclusion."""
    made = records.delivery(status=DeliveryStatus.READY, label="Spring")
    Recipient.objects.create(delivery=made, line=1, address="+393331234567")
    waiting = records.message(made, status=MessageStatus.PENDING, accepted_at=None)
    Outgoing.objects.create(message=waiting, delivery=made, line=1, position=1, text="Hi")
    records.exclusion(made)
    Upload.objects.create(delivery=made, state=Upload.State.DONE, made_at=NOON)
    return made


def test_a_draft_goes_with_all_that_was_made_of_it(anna):
    draft, other = prepared(), prepared()

    assert drafts.delete(delivery_ids=[draft.pk], by=anna, at=NOON) == 1

    assert list(Delivery.objects.all()) == [other]
    for model in (Recipient, Message, Outgoing, Exclusion, Counter, Upload):
        assert set(model.objects.values_list("delivery_id", flat=True)) == {other.pk}


def test_the_journal_of_a_deleted_draft_stays_and_the_systems_tells_it(anna):
    draft = prepared()
    code = Delivery.objects.get(pk=draft.pk).code
    drafts.delete(delivery_ids=[draft.pk], by=anna, at=NOON)

    lines = AuditEvent.objects.order_by("id").values_list("delivery_id", "code", "text", "actor")
    assert list(lines) == [
        (draft.pk, "DEL-1008", "Draft deleted.", "anna"),
        (None, "DEL-1009", f"Draft {code} 'Spring' deleted.", "anna"),
    ]
    assert proving.all_journals().faults == []


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("in_progress", "has started"),
        ("cancelled", "has started"),
        ("targeting", "stop that first"),
        ("scheduled", "stop that first"),
    ],
)
def test_what_is_no_draft_keeps_all_that_are_chosen_with_it(status, said):
    draft = prepared()
    other = records.delivery(status=status)

    with pytest.raises(drafts.NotDeletable, match=said):
        drafts.delete(delivery_ids=[draft.pk, other.pk], by=None, at=timezone.now())

    assert Delivery.objects.count() == 2
    assert Message.objects.count() == 1


def test_a_draft_whose_recipients_are_being_read_stays():
    draft = prepared()
    Upload.objects.create(delivery=draft, state=Upload.State.RUNNING, made_at=NOON)

    with pytest.raises(drafts.NotDeletable, match="are being read"):
        drafts.delete(delivery_ids=[draft.pk], by=None, at=NOON)


def test_what_is_gone_already_counts_for_nothing():
    assert drafts.delete(delivery_ids=[1], by=None, at=NOON) == 0
