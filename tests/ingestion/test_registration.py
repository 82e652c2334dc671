"""Registration: all or nothing, each message once, and what was parked for it is applied."""

import io
import json
import threading
import tracemalloc
from datetime import timedelta

import pytest
from django.utils import timezone

from deliveries import figures
from deliveries.models import AuditEvent, Delivery, Message, ProviderReference
from ingestion import registration
from ingestion.lines import BadBody
from ingestion.models import QueueItem
from ingestion.registration import NotRegistrable
from messaging.statuses import DeliveryStatus, MessageStatus
from storage.ids import lowest_id
from tests import records
from tests.ingestion import callbacks
from tests.threads import PATIENCE_SECONDS, apart, together

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(microsecond=0)
MARIO = {"address": "+393331234567", "provider_message_id": "m-1"}
LUISA = {"address": "+33612345678", "provider_message_id": "l-1"}


@pytest.fixture
def delivery():
    return records.delivery(status=DeliveryStatus.READY, content="Ciao")


def register(delivery, *lines):
    return callbacks.register(delivery, *lines, at=NOW)


def references():
    found = ProviderReference.objects.order_by("message_id", "part")
    return list(found.values_list("provider_id", "part", "parts", "attempt"))


def test_nothing_is_registered_while_the_clock_is_before_the_delivery():
    delivery = records.delivery(pk=lowest_id(timezone.now() + timedelta(hours=1)))

    with pytest.raises(NotRegistrable, match="clock"):
        register(delivery, MARIO)

    assert Message.objects.count() == 0


def test_a_registered_message_was_accepted_by_its_provider(delivery):
    sent_at = NOW - timedelta(hours=3)

    done = register(delivery, MARIO | {"recipient": "CRM-1", "sent_at": sent_at.isoformat()}, LUISA)

    assert (done.registered, done.already, done.rejected, done.rejected_count) == (2, 0, [], 0)
    mario, luisa = Message.objects.order_by("id")
    assert (mario.address, mario.recipient, mario.country) == ("+393331234567", "CRM-1", "IT")
    assert (mario.delivery_id, mario.channel, mario.segments) == (delivery.pk, "sms", 1)
    assert (mario.status, mario.accepted_at, mario.changed_at) == (
        MessageStatus.ACCEPTED,
        sent_at,
        NOW,
    )
    assert (luisa.country, luisa.accepted_at) == ("FR", NOW)
    assert references() == [("m-1", 1, 1, 1), ("l-1", 1, 1, 1)]
    assert mario.pk > delivery.pk
    assert callbacks.drifts() == []


def test_what_was_sent_in_the_future_was_sent_now(delivery):
    register(delivery, MARIO | {"sent_at": (NOW + timedelta(days=1)).isoformat()})

    assert Message.objects.get().accepted_at == NOW


def test_the_first_registration_starts_the_delivery(delivery):
    register(delivery, MARIO, LUISA)

    found = Delivery.objects.get(pk=delivery.pk)
    assert found.status == DeliveryStatus.IN_PROGRESS
    assert (found.started_at, found.contact_date, found.last_registered_at) == (NOW, NOW, NOW)
    counted = figures.of(delivery_ids=[delivery.pk])[delivery.pk]
    assert (counted.targeted, counted.to_send, counted.accepted, counted.reconciles) == (
        2,
        2,
        2,
        True,
    )
    assert list(AuditEvent.objects.values_list("code", "text")) == [
        ("DEL-1010", "2 messages registered.")
    ]


def test_a_later_registration_keeps_the_beginning_and_opens_what_was_finished(delivery):
    register(delivery, MARIO)
    Delivery.objects.update(status=DeliveryStatus.FINISHED, finished_at=NOW)
    later = NOW + timedelta(hours=1)

    callbacks.register(delivery, LUISA, at=later)

    found = Delivery.objects.get(pk=delivery.pk)
    assert (found.status, found.finished_at) == (DeliveryStatus.IN_PROGRESS, None)
    assert (found.started_at, found.contact_date, found.last_registered_at) == (NOW, NOW, later)


def test_a_paused_delivery_stays_paused():
    paused = records.delivery(status=DeliveryStatus.PAUSED)

    register(paused, MARIO)

    assert Delivery.objects.get(pk=paused.pk).status == DeliveryStatus.PAUSED


def test_a_date_of_contact_that_was_planned_stays(delivery):
    Delivery.objects.update(contact_date=NOW - timedelta(days=1))

    register(delivery, MARIO)

    assert Delivery.objects.get().contact_date == NOW - timedelta(days=1)


@pytest.mark.parametrize("status", ["editing", "ready", "in_progress", "paused", "finished"])
def test_an_open_delivery_takes_messages(status):
    assert register(records.delivery(status=status), MARIO).registered == 1


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        ("targeting", "is being prepared"),
        ("scheduled", "is scheduled"),
        ("cancelled", "was cancelled"),
        ("failed", "has failed"),
    ],
)
def test_other_deliveries_take_none(status, stands):
    with pytest.raises(NotRegistrable, match=f"{stands}: it takes no more messages."):
        register(records.delivery(status=status), MARIO)

    assert Message.objects.count() == 0


def test_an_archived_delivery_takes_none():
    with pytest.raises(NotRegistrable):
        register(records.delivery(status=DeliveryStatus.FINISHED, archived_at=NOW), MARIO)


def test_what_is_not_there_takes_none():
    with pytest.raises(Delivery.DoesNotExist):
        registration.register(delivery_id=1, stream=io.BytesIO(), by=None, at=NOW)


def test_a_body_without_messages_starts_nothing(delivery):
    done = register(delivery)

    assert (done.registered, done.already, done.rejected_count) == (0, 0, 0)
    assert Delivery.objects.get().status == DeliveryStatus.READY
    assert AuditEvent.objects.count() == 0


def test_the_same_message_is_registered_once_within_a_request(delivery):
    done = register(delivery, MARIO, LUISA, MARIO | {"address": "0039 333 1234567"}, MARIO)

    assert (done.registered, done.already) == (2, 2)
    assert Message.objects.count() == 2


def test_the_same_message_is_registered_once_across_requests(delivery):
    register(delivery, MARIO)
    done = register(delivery, MARIO, LUISA)
    other = register(records.delivery(account=delivery.account), MARIO)

    assert (done.registered, done.already) == (1, 1)
    assert (other.registered, other.already) == (0, 1)
    assert Message.objects.count() == 2


def test_another_account_has_ids_of_its_own(delivery):
    register(delivery, MARIO)

    assert register(records.delivery(), MARIO).registered == 1


def test_the_same_id_with_another_address_is_another_message():
    account = callbacks.account()
    delivery = records.delivery(account=account)
    shared = [
        MARIO,
        MARIO | {"address": "+393330000001"},
        MARIO | {"address": "+393330000002"},
    ]

    assert register(delivery, *shared[:2]).registered == 2
    assert register(delivery, shared[2]).registered == 1

    for line, word in zip(shared, ("delivered", "failed", "sent"), strict=True):
        callbacks.post(account, callbacks.report("m-1", word, address=line["address"]))
    callbacks.apply_all()
    assert callbacks.statuses() == {
        "+393331234567": "Received on mobile",
        "+393330000001": "Failed",
        "+393330000002": "Sent",
    }


def test_each_part_has_an_id_and_counts_as_a_segment(delivery):
    register(
        delivery,
        {"address": MARIO["address"], "provider_message_ids": ["a", "b", "c"]},
        {"address": MARIO["address"], "provider_message_ids": ["d"]},
    )

    assert references() == [("a", 1, 3, 1), ("b", 2, 3, 1), ("c", 3, 3, 1), ("d", 1, 1, 1)]
    assert list(Message.objects.order_by("id").values_list("segments", flat=True)) == [3, 1]
    assert callbacks.drifts() == []


def test_a_delivery_without_content_has_no_segments_to_count():
    register(records.delivery(content=""), MARIO)

    assert Message.objects.get().segments == 0


def test_messages_are_registered_in_the_order_of_their_lines(delivery):
    ids = [f"m-{number}" for number in (3, 1, 2, 10, 0)]

    register(delivery, *[MARIO | {"provider_message_id": one} for one in ids])

    assert [reference[0] for reference in references()] == ids


def test_rejected_lines_are_named_and_the_others_registered(delivery):
    done = register(delivery, MARIO, {"adress": 1}, LUISA | {"address": "12"}, LUISA)

    assert (done.registered, done.rejected_count) == (2, 2)
    assert [(one["line"], one["field"]) for one in done.rejected] == [(2, "adress"), (3, "address")]
    assert done.rejected[0]["detail"] == "There is no such field."


def test_the_first_thousand_rejected_lines_are_shown_and_all_are_counted(delivery):
    done = register(delivery, *[{"address": ""}] * 1_500, MARIO)

    assert (done.registered, done.rejected_count, len(done.rejected)) == (1, 1_500, 1_000)
    assert done.rejected[-1]["line"] == 1_000


def test_a_broken_list_registers_nothing(delivery):
    lines = [MARIO | {"provider_message_id": f"m-{number}"} for number in range(5_000)]
    body = json.dumps(lines).encode()[:-1]

    with pytest.raises(BadBody, match="nothing was registered"):
        registration.register(delivery_id=delivery.pk, stream=io.BytesIO(body), by=None, at=NOW)

    assert Message.objects.count() == 0
    assert register(delivery, MARIO).registered == 1


def test_texts_come_back_as_they_were_given(delivery):
    strange = ["tab\tnew\nline\\N", 'quote"{},', "NULL", "è ☕ 漢", "'", "\\"]

    register(
        delivery,
        *[
            {"address": f"+39333000000{number}", "provider_message_ids": [text], "recipient": text}
            for number, text in enumerate(strange)
        ],
    )

    assert list(Message.objects.order_by("id").values_list("recipient", flat=True)) == strange
    assert [reference[0] for reference in references()] == [text.strip() for text in strange]


def test_what_was_parked_is_put_back_and_rung_for(django_capture_on_commit_callbacks):
    account = callbacks.account()
    delivery = records.delivery(account=account)
    callbacks.post(account, callbacks.report("m-1", "delivered"), callbacks.report("x", "sent"))
    callbacks.apply_all()

    with django_capture_on_commit_callbacks() as after:
        register(delivery, MARIO)

    assert after == [registration.doorbell.ring]
    assert QueueItem.objects.count() == 1
    callbacks.apply_all()
    assert callbacks.statuses() == {"+393331234567": "Received on mobile"}
    assert [held.provider_id for held in callbacks.held("parked")] == ["x"]


class Generated(io.RawIOBase):
    """A body of so many lines, made while it is read."""

    def __init__(self, count, *, listed=False):
        self.pieces = self._made(count, listed)
        self.rest = b""

    def _made(self, count, listed):
        for number in range(count):
            line = {"address": f"+39333{number:07}", "provider_message_id": f"id-{number}"}
            before = (b"[" if number == 0 else b",") if listed else b""
            yield before + json.dumps(line).encode() + b"\n"
        yield b"]" if listed else b""

    def read(self, size=-1, /):
        while len(self.rest) < size and (piece := next(self.pieces, None)) is not None:
            self.rest += piece
        found, self.rest = self.rest[:size], self.rest[size:]
        return found


@pytest.mark.slow
@pytest.mark.parametrize("listed", [False, True])
def test_thirty_thousand_lines_take_no_more_memory_than_a_thousand(delivery, listed):
    def peak(count):
        tracemalloc.start()
        stream = Generated(count, listed=listed)
        done = registration.register(delivery_id=delivery.pk, stream=stream, by=None, at=NOW)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return done.registered, found

    registered, little = peak(1_000)
    more_registered, much = peak(30_000)

    assert (registered, more_registered) == (1_000, 29_000)
    # Kept, the lines alone would take 6 MB; what else runs in this process takes some, too.
    assert much < little + 3_000_000, (little, much)
    assert callbacks.drifts() == []


@pytest.mark.django_db(transaction=True)
def test_two_registrations_at_once_register_each_message_once():
    account = records.account()
    deliveries = [records.delivery(account=account) for _ in range(2)]
    lines = [MARIO | {"provider_message_id": f"m-{number}"} for number in range(500)]

    done = together(
        lambda: register(deliveries[0], *lines),
        lambda: register(deliveries[0], *reversed(lines)),
        lambda: register(deliveries[1], *lines),
    )

    assert sum(one.registered for one in done) == 500
    assert sum(one.already for one in done) == 1_000
    assert Message.objects.count() == 500
    assert callbacks.drifts() == []


class Waiting(io.BytesIO):
    """A sender that stops in the middle of its body."""

    def __init__(self, body):
        super().__init__(body)
        self.begun, self.go_on = threading.Event(), threading.Event()

    def read(self, size=-1, /):
        self.begun.set()
        self.go_on.wait(PATIENCE_SECONDS)
        return super().read(size)


@pytest.mark.django_db(transaction=True)
def test_a_slow_sender_keeps_nobody_waiting_and_finds_what_changed_meanwhile(delivery):
    slow = Waiting(json.dumps(MARIO).encode())
    sending = apart(registration.register, delivery_id=delivery.pk, stream=slow, by=None, at=NOW)
    slow.begun.wait(PATIENCE_SECONDS)

    assert register(delivery, LUISA).registered == 1
    Delivery.objects.update(status=DeliveryStatus.CANCELLED)
    slow.go_on.set()

    assert isinstance(sending.exception(PATIENCE_SECONDS), NotRegistrable)
    assert [message.address for message in Message.objects.all()] == [LUISA["address"]]
