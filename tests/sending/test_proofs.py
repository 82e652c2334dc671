"""Proofs: a content sent to a few numbers, refused where it must be, and in no list."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deliveries import averages, baseline, journal, listing, recount
from deliveries.models import AuditEvent, Delivery, Message
from messaging.statuses import DeliveryStatus, MessageStatus
from quarantine.models import Address
from sending import dispatch, drafts, lanes, proofs
from sending.beginning import NotAllowed
from sending.models import Outgoing, Recipient
from sending.preparation import NotPreparable
from tests.providers import fake
from tests.sending import prepared, targets
from tracking.models import TrackedUrl

pytestmark = pytest.mark.django_db

ONE, OTHER = "+393331234567", "+393337654321"


def draft(**fields):
    return targets.delivery(
        **{"account": prepared.account(), "sender": "AURORA", "label": "Spring"} | fields
    )


def send(delivery, *addresses, **fields):
    return proofs.send(
        delivery_id=delivery.pk, addresses=addresses, **{"by": None, "at": timezone.now()} | fields
    )


def faults(delivery, *addresses, **fields):
    with pytest.raises(proofs.BadProof) as caught:
        send(delivery, *addresses, **fields)
    return caught.value.errors


def texts(proof):
    rows = Outgoing.objects.filter(delivery=proof.delivery).order_by("position")
    return [row.text for row in rows]


def test_a_proof_is_a_delivery_that_has_started(django_user_model):
    anna = django_user_model.objects.create_user("anna")
    delivery = draft(content="Hello")

    proof = send(delivery, ONE, f" {OTHER[:3]} {OTHER[3:]}", by=anna)

    made = Delivery.objects.get(proof_of=delivery)
    assert (made.label, made.status, made.created_by) == (
        "Proof of Spring",
        DeliveryStatus.IN_PROGRESS,
        anna,
    )
    assert [message.address for message in proof.messages] == [ONE, OTHER]
    assert texts(proof) == ["Hello", "Hello"]
    assert targets.status(delivery) == DeliveryStatus.EDITING
    line = AuditEvent.objects.get(delivery=delivery)
    assert (line.code, line.text, line.actor) == (
        "DEL-1011",
        f"Proof {made.code} sent: 2 messages.",
        "anna",
    )


def test_it_is_handed_over_as_any_other_and_reported_on():
    with fake.provider() as server:
        account = prepared.account(
            "generic", send_url=f"{server.url}/send", signature="header", header="X", secret="s"
        )
        lanes.limit(account=account, rate=200, by=None, at=timezone.now())
        proof = send(draft(account=account), ONE)

        dispatch.run(account_id=account.pk, seconds=0.5)

    message = Message.objects.get(delivery=proof.delivery)
    assert MessageStatus(message.status) == MessageStatus.ACCEPTED


def test_fields_are_those_of_the_chosen_recipient_and_are_not_kept():
    delivery = draft(content="Hi {{name}}")
    targets.take(delivery, "phone,name\n+393330000001,Ada\n+393330000002,Bob\n")

    assert texts(send(delivery, ONE)) == ["Hi Ada"]
    second = send(delivery, ONE, line=3)

    assert texts(second) == ["Hi Bob"]
    assert [row.fields for row in Recipient.objects.filter(delivery=second.delivery)] == [{}]


def test_links_are_made_as_was_decided():
    delivery = draft(content="https://example.com/a https://example.com/b")
    for path, mode in (("a", "not_tracked"), ("b", "tracked")):
        url = f"https://example.com/{path}"
        TrackedUrl.objects.filter(delivery=delivery, url=url).update(label=path, mode=mode)

    proof = send(delivery, ONE)

    plain, short = texts(proof)[0].split()
    assert plain == "https://example.com/a"
    assert "example.com/b" not in short
    urls = TrackedUrl.objects.filter(delivery=proof.delivery).order_by("id")
    assert [(url.label, url.mode) for url in urls] == [("a", "not_tracked"), ("b", "tracked")]


def test_each_wrong_number_is_named_by_its_place():
    delivery = draft()
    Address.objects.create(channel="sms", address=ONE, status="denylisted")
    Address.objects.create(channel="sms", address=OTHER, status="quarantine")

    said = faults(delivery, "12", ONE, OTHER, "+393330000001", "+393330000001", "")["addresses"]

    assert said == (
        "Number 1 is not a valid one: write it with its country code. "
        "Number 2 is denylisted: who has it wants to receive nothing more. "
        "Number 3 is in quarantine: release it first, or take another. "
        "Number 5 is there twice: leave it out. "
        "Number 6 is not a valid one: write it with its country code."
    )
    assert Delivery.objects.get() == delivery


def test_a_landline_is_refused_where_only_mobile_phones_are_written_to():
    targets.rules(mobile_only=True)

    assert faults(draft(), "+390612345678") == {
        "addresses": "Number 1 is not one of a mobile phone."
    }


@pytest.mark.parametrize("number", [0, 11])
def test_there_are_one_to_ten_numbers(number):
    addresses = [f"+39333000{place:04}" for place in range(number)]

    assert faults(draft(), *addresses) == {"addresses": "Give from 1 to 10 numbers."}


def test_a_recipient_is_one_of_the_target_and_has_what_the_text_needs():
    delivery = draft(content="Hi {{name}}")
    targets.take(delivery, "phone,name\n+393330000001,\n")

    assert faults(delivery, ONE, line=7) == {"recipient": "The target has no such line."}
    assert faults(delivery, ONE)["recipient"].startswith("The text needs the field {{name}}")


def test_pressure_and_control_group_hold_no_proof_back_nor_are_they_moved_by_one():
    targets.rules(pressure_messages=1, pressure_days=7, control_percent=50)
    delivery = draft()
    for _ in range(3):
        assert len(send(delivery, ONE).messages) == 1
    targets.rules(pressure_messages=1, pressure_days=7, control_percent=0)
    targets.take(delivery, f"phone\n{ONE}\n")

    targets.prepare(delivery)

    assert targets.left_out(delivery) == {}


@pytest.mark.parametrize("status", ["targeting", "scheduled", "in_progress", "finished"])
def test_what_is_no_longer_edited_is_not_proven(status):
    with pytest.raises(NotAllowed):
        send(draft(status=status), ONE)


def test_what_cannot_be_sent_is_refused_with_its_reason():
    with pytest.raises(NotPreparable):
        send(draft(content=" "), ONE)
    with pytest.raises(NotAllowed):
        send(draft(account=prepared.account("kannel")), ONE)
    assert Delivery.objects.exclude(proof_of=None).count() == 0


def test_a_proof_is_in_no_list_and_in_no_average():
    delivery = draft(folder="Spring")
    proof = send(delivery, ONE).delivery
    Delivery.objects.filter(pk=proof.pk).update(status=DeliveryStatus.FINISHED)
    later = timezone.now() + timedelta(days=1)

    assert [row.delivery for row in listing.page().rows] == [delivery]
    assert listing.count() == (1, 1)
    assert listing.kinds().folders == [("Spring", 1)]
    assert baseline.of_period(since=later, account_id=None).accounts == {}
    assert averages.of_platform(at=later).to_send == 0
    next_one = prepared.delivery(0, account=proof.account, contact_date=later)
    assert baseline.of_delivery(next_one).accounts == {}


def test_its_figures_agree_with_its_rows():
    proof = send(draft(), ONE, OTHER)

    assert recount.drifts(delivery_ids=[proof.delivery.pk]) == []


def test_what_was_sent_stays_where_the_draft_is_deleted():
    delivery = draft()
    proof = send(delivery, ONE).delivery

    drafts.delete(delivery_ids=[delivery.pk], by=None, at=timezone.now())

    assert [row.delivery for row in listing.page().rows] == [proof]
    assert journal.has(delivery=delivery, code="DEL-1011")


def test_a_page_has_the_newest_first():
    delivery = draft()
    sent = [send(delivery, ONE).delivery for _ in range(3)]

    page = proofs.page(delivery_id=delivery.pk, cursor=None, size=2)
    rest = proofs.page(delivery_id=delivery.pk, cursor=page.next, size=2)

    found = [proof.delivery for proof in (*page.rows, *rest.rows)]
    assert found == sent[::-1]
