"""E-mail providers feed the same engine: each of them, from its callback to the address."""

import json
import random
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from deliveries.models import Message
from ingestion import inbox, replay
from ingestion.inbox import Arrival
from ingestion.models import InboundMessage
from ingestion.replay import ReplayFilter
from messaging.failures import Reason
from messaging.statuses import AddressStatus, MessageStatus
from providers import registry
from providers.models import Qualification
from quarantine import exclusions
from quarantine.models import Address, Word
from tests import records
from tests.ingestion import callbacks, mailing

pytestmark = pytest.mark.django_db

ANNA, PHONE = "anna@example.org", "+393331112233"
START = timezone.now().replace(microsecond=0) - timedelta(hours=2)
KINDS = sorted(mailing.WRITERS)


def can(word):
    return [kind for kind in KINDS if word not in mailing.SILENT.get(kind, ())]


class Post:
    """An account of one provider, a delivery of it, and what it posts about its messages."""

    def __init__(self, kind):
        self.kind = kind
        self.account = records.account(kind=kind)
        self.delivery = records.delivery(account=self.account, channel="email")

    def sent(self, *numbers, to=ANNA):
        lines = [{"address": to, "provider_message_id": self.id_of(number)} for number in numbers]
        registered = callbacks.register(self.delivery, *lines, at=START)
        assert registered.registered == len(lines)

    def id_of(self, number):
        # As anymail writes it: some put the Message-ID between its brackets.
        return f"<{number}@mail>" if self.kind == "mailgun" else f"{number}"

    def store(self, *said, to=ANNA):
        arrivals = []
        for number, word, minute in said:
            at = START + timedelta(minutes=minute)
            name = self.id_of(number)
            body, headers = mailing.request(self.kind, word, message_id=name, to=to, at=at)
            received = START + timedelta(hours=1)
            arrivals.append(
                Arrival(self.account.pk, "POST", "", json.dumps(headers), body, received)
            )
        inbox.store(arrivals)
        callbacks.apply_all()

    def status_of(self, number):
        found = Message.objects.get(references__provider_id=self.id_of(number))
        return MessageStatus(found.status).api_name


def stands(address=ANNA, channel="email"):
    rows = Address.objects.filter(channel=channel, address=address)
    return [(row.status, Reason(row.reason).api_name, row.error_count) for row in rows]


QUARANTINED = [("quarantine", "user_unknown", 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_bounce_for_good_quarantines_the_address_and_no_number(kind):
    post, sms = Post(kind), records.delivery()
    post.sent(1)
    records.message(sms, address=PHONE)

    post.store((1, "hard", 1))

    assert stands() == QUARANTINED
    assert post.status_of(1) == "failed"
    assert exclusions.blocked("sms", [PHONE, ANNA]) == {}
    assert set(exclusions.blocked("email", [ANNA])) == {ANNA}
    assert not Address.objects.filter(channel="sms").exists()
    assert callbacks.drifts() == []


@pytest.mark.parametrize("kind", can("complaint"))
def test_a_complaint_denylists_at_once_and_the_message_stays_delivered(kind):
    post = Post(kind)
    post.sent(1, 2)

    post.store((1, "complaint", 5), (1, "delivered", 1), (2, "delivered", 9))

    assert [status for status, *_ in stands()] == [AddressStatus.DENYLISTED]
    assert post.status_of(1) == "delivered"
    assert Word.objects.get().message_id == Message.objects.order_by("id").first().pk
    assert callbacks.drifts() == []


@pytest.mark.parametrize("kind", can("unsubscribed"))
def test_who_unsubscribes_is_denylisted(kind):
    post = Post(kind)
    post.sent(1)

    post.store((1, "unsubscribed", 1))

    assert [status for status, *_ in stands()] == [AddressStatus.DENYLISTED]


@pytest.mark.parametrize("kind", KINDS)
def test_the_fifth_bounce_that_is_not_for_good_quarantines(kind):
    post = Post(kind)
    post.sent(*range(6))

    post.store(*((number, "soft", number) for number in range(4)))
    assert stands() == [("with_errors", "unreachable", 4)]
    post.store((4, "soft", 4))

    assert stands() == [("quarantine", "unreachable", 5)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_delivery_clears_what_was_counted(kind):
    post = Post(kind)
    post.sent(1, 2)

    post.store((1, "soft", 1), (2, "delivered", 2))

    assert [status for status, *_ in stands()] == [AddressStatus.VALID]


def test_a_bounce_after_the_delivery_stands():
    post = Post("postmark")
    post.sent(1)

    post.store((1, "hard", 1), (1, "delivered", 9))

    assert post.status_of(1) == "failed"
    assert stands() == QUARANTINED


STORY = [
    *((number, "soft", number) for number in range(4)),
    (4, "delivered", 10),
    (5, "soft", 11),
    (6, "hard", 20),
    (7, "delivered", 30),
]


@pytest.mark.parametrize("kind", KINDS)
def test_shuffled_and_repeated_it_ends_the_same(kind):
    ends = set()
    for seed in range(2):
        story = STORY + [(4, "complaint", 25)] * (kind in can("complaint")) + STORY[2:5]
        random.Random(seed).shuffle(story)
        with transaction.atomic():
            post = Post(kind)
            post.sent(*range(8))
            for part in (story[:3], story[3:4], story[4:]):
                post.store(*part)
            ends.add((tuple(stands()), tuple(callbacks.statuses()), tuple(callbacks.drifts())))
            transaction.set_rollback(True)

    assert len(ends) == 1


def test_addresses_are_one_whatever_their_case_and_the_script_of_their_domain():
    post = Post("postmark")
    post.sent(1, to="Müller@BÜCHER.example")
    post.sent(2, to="mÜller@xn--bcher-kva.example")

    post.store((1, "soft", 1), (2, "soft", 2), to="MÜLLER@bücher.EXAMPLE")

    assert stands("müller@xn--bcher-kva.example") == [("with_errors", "unreachable", 2)]


def test_an_id_of_several_messages_is_told_apart_by_the_address():
    post = Post("sparkpost")
    for address in ("a@bücher.example", "b@bücher.example"):
        post.sent(1, to=address)

    post.store((1, "hard", 1), to="B@BÜCHER.example")

    assert callbacks.statuses() == {
        "a@xn--bcher-kva.example": "Taken into account by the provider",
        "b@xn--bcher-kva.example": "Failed",
    }


def test_a_wish_about_no_message_is_kept_as_a_reply():
    post = Post("unisender_go")
    post.sent(1)
    body = mailing.unisender_go("unsubscribed", "", "Anna@Example.org", START)

    inbox.store([callbacks.raw(post.account, body.encode(), received_at=START)])
    callbacks.apply_all()

    assert [status for status, *_ in stands()] == [AddressStatus.DENYLISTED]
    reply = InboundMessage.objects.get()
    assert (reply.address, reply.text, reply.action) == (ANNA, "unsubscribed", "denylist")


def test_a_wish_of_nobody_who_can_be_named_changes_no_address():
    post = Post("unisender_go")
    body = mailing.unisender_go("unsubscribed", "", "nobody", START)

    inbox.store([callbacks.raw(post.account, body.encode(), received_at=START)])
    callbacks.apply_all()

    assert InboundMessage.objects.get().action == "unreadable"
    assert not Address.objects.exists()


def test_one_id_of_two_messages_and_an_address_that_is_none_moves_neither():
    post = Post("sendgrid")
    post.sent(1)
    post.sent(1, to="ben@example.org")

    post.store((1, "hard", 1), to="anna@")

    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.ACCEPTED}
    (dead,) = callbacks.held("dead")
    assert dead.error.startswith("The provider id belongs to several messages")


def test_errors_are_qualified_by_code_or_by_a_text_without_what_varies():
    post = Post("brevo")
    post.sent(1, 2)
    body = {"event": "soft_bounce", "email": ANNA, "ts_epoch": 1_800_000_000_000}
    texts = ("550 5.7.1 <anna@example.org> refused 8f3a12bc9d", "no MX of example.org")

    for number, text in enumerate(texts, start=1):
        said = json.dumps(body | {"message-id": str(number), "reason": text}).encode()
        inbox.store([callbacks.raw(post.account, said)])
    callbacks.apply_all()

    found = Qualification.objects.order_by("key").values_list("key", "failure_type", "reason")
    assert [key for key, *_ in found] == [
        "SR brevo 5.7.1|#MESSAGE#",
        "SR brevo bounced; no MX of *",
    ]


def test_a_replay_changes_nothing():
    post = Post("sendgrid")
    post.sent(1, 2)
    post.store((1, "complaint", 1), (2, "hard", 2))
    before = stands(), callbacks.statuses()

    replayed = replay.replay(chosen=ReplayFilter(), dry_run=False, by=None, at=timezone.now())

    assert replayed.entries == 2
    assert (stands(), callbacks.statuses()) == before
    assert callbacks.drifts() == []


def test_of_a_batch_what_can_be_read_counts_and_the_rest_is_shown():
    post = Post("sendgrid")
    post.sent(1)
    good = json.loads(mailing.sendgrid("hard", "1", ANNA, START))
    body = json.dumps([{"timestamp": 1}, *good]).encode()

    inbox.store([callbacks.raw(post.account, body)])
    callbacks.apply_all()

    assert stands() == QUARANTINED
    assert [held.error for held in callbacks.held("dead")] == ["[0] event: missing"]


def test_every_e_mail_provider_is_tested_here():
    mail = {kind for kind in registry.PROVIDERS if registry.channel(kind) == "email"}

    assert set(KINDS) == mail
