"""Replies: kept once, read as numbers, recognised, and put beside what they answer."""

from datetime import timedelta

import pytest

from ingestion import inbox, replay
from ingestion.models import InboundMessage, InboxEntry
from ingestion.replay import ReplayFilter
from messaging.keywords import Keyword
from quarantine.models import Address, Word
from tests import records
from tests.ingestion import callbacks
from tests.records import NOON

pytestmark = pytest.mark.django_db

ANNA = "+393331112233"
ITALIAN = "+393420000000"
GERMAN, AMERICAN = "+4915112345678", "+12125550123"


@pytest.fixture
def reply(post):
    """Post and apply a reply to an Italian number, with what is given of it."""

    def said(text="Stop", **fields):
        post(
            **{"word": "reply", "address": ANNA, "text": text, "to": ITALIAN, "keyword": ""}
            | fields
        )
        callbacks.apply_all()
        return InboundMessage.objects.order_by("id").last()

    return said


def again(**chosen):
    return replay.replay(
        chosen=ReplayFilter(**chosen), dry_run=False, by=None, at=callbacks.RECEIVED
    )


def test_a_stop_is_recognised_and_denylists(reply):
    kept = reply("“Stop!”", at=NOON.isoformat())

    assert (kept.address, kept.keyword, kept.action, kept.at) == (ANNA, "STOP", "denylist", NOON)
    row = Address.objects.get()
    assert (row.address, row.status, row.error_text) == (ANNA, "denylisted", "“Stop!”")


def test_a_word_of_the_senders_country_counts(reply):
    assert reply("Basta").action == "denylist"
    assert reply("Basta", address="+46701234567").action == ""


def test_a_reply_with_neither_id_nor_time_is_stored_once(reply):
    reply()
    reply()

    assert InboundMessage.objects.count() == 1
    assert Word.objects.count() == 1


def test_a_stop_without_a_time_that_comes_again_after_a_start_counts(account, reply):
    said = b'{"word": "reply", "address": "+393331112233", "text": "%s", "keyword": "%s"}'
    for minute, word in enumerate([b"STOP", b"START", b"STOP"]):
        at = callbacks.RECEIVED + timedelta(minutes=minute)
        inbox.store([callbacks.raw(account, said % (word, word), received_at=at)])
        callbacks.apply_all()

    assert InboundMessage.objects.count() == 2
    assert Address.objects.get().status == "denylisted"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_stop_with_an_id_that_is_posted_again_after_a_start_is_a_repetition(account, order):
    said = b'{"word": "reply", "address": "+12125550123", "id": "%s", "text": "", "keyword": "%s"}'
    for minute in order:
        word = [b"STOP", b"START", b"STOP"][minute]
        at = callbacks.RECEIVED + timedelta(minutes=minute)
        inbox.store([callbacks.raw(account, said % (word, word), received_at=at)])
        callbacks.apply_all()

    assert Address.objects.get().status == "valid"
    again()
    assert Address.objects.get().status == "valid"


def test_a_start_lifts_where_the_market_allows_it_or_the_provider_has_handled_it(reply):
    for address in (GERMAN, AMERICAN):
        reply(address=address, at=NOON.isoformat())
    later = (NOON + timedelta(minutes=1)).isoformat()

    assert reply("START", at=later, address=GERMAN).action == "not_allowed"
    assert reply("START", at=later, address=AMERICAN).action == "lift"
    assert dict(Address.objects.values_list("address", "status")) == {
        GERMAN: "denylisted", AMERICAN: "valid",
    }  # fmt: skip

    assert reply("Yes", at=later, address=GERMAN, keyword="START").action == "lift"
    assert set(Address.objects.values_list("status", flat=True)) == {"valid"}


def test_help_is_recognised_without_effect(reply):
    kept = reply("Help")

    assert (kept.keyword, kept.action) == ("HELP", "")
    assert not Address.objects.exists()


@pytest.mark.parametrize(
    ("sender", "action"),
    [("40604", "no_number"), ("+0", "no_number"), ("Bank", "no_number"), ("?", "unreadable")],
)
def test_who_is_no_number_is_recorded_without_effect(reply, sender, action):
    kept = reply(address=sender)

    assert (kept.address, kept.keyword, kept.action) == (sender, "STOP", action)
    assert not Address.objects.exists()


def test_a_national_number_is_read_by_the_number_written_to(reply):
    assert reply(address="333 111 2233").address == ANNA


def test_a_time_in_the_future_counts_as_its_reception(reply):
    assert reply(at="2027-01-01T00:00:00Z").at == callbacks.RECEIVED


def test_a_reply_answers_the_newest_message_on_the_account(account, delivery, reply):
    def sent(minutes, of=delivery, address=ANNA):
        at = NOON + timedelta(minutes=minutes)
        return records.message(of, address=address, accepted_at=at)

    at = NOON.isoformat()
    assert reply(at=at, id="1").message_id is None
    sent(-20)
    newest = sent(-10)
    sent(5)
    sent(-1, address="+393330000000")
    sent(-1, of=records.delivery())
    sent(-60 * 24 * 31)

    kept = reply(at=at, id="2")

    assert (kept.message_id, kept.delivery_id) == (newest.pk, delivery.pk)
    assert Address.objects.get().delivery_id in (None, delivery.pk)


def test_a_replay_reads_replies_again_and_doubles_none(reply):
    reply(id="1")
    reply()
    before = list(InboundMessage.objects.order_by("id").values()), list(Address.objects.values())

    again()

    now = list(InboundMessage.objects.order_by("id").values()), list(Address.objects.values())
    assert now == before


def test_a_replay_takes_back_what_is_no_longer_recognised(reply, monkeypatch):
    reply("Basta", id="1")
    monkeypatch.setattr("messaging.keywords.recognise", lambda text, country: Keyword.NONE)

    again()

    kept = InboundMessage.objects.get()
    assert (kept.keyword, kept.action) == ("", "")
    assert Address.objects.get().status == "valid"
    assert not Word.objects.exists()


def test_a_replay_removes_what_an_entry_no_longer_says(reply):
    reply(id="1")
    InboxEntry.objects.update(body=b'{"word": "sent", "id": "m"}')

    again()

    assert not InboundMessage.objects.exists()
    assert Address.objects.get().status == "valid"


def test_a_replay_of_what_cannot_be_read_any_more_keeps_what_was_said(reply):
    reply(id="1")
    InboxEntry.objects.update(body=b"{")

    again()

    assert InboundMessage.objects.get().action == "denylist"
    assert Address.objects.get().status == "denylisted"


def test_replies_of_one_batch_are_numbered_as_they_came(post):
    for number in range(9):
        post(word="reply", id=f"r{number}", address=ANNA, text=f"{number}")
    callbacks.apply_all()

    assert list(InboundMessage.objects.order_by("id").values_list("text", flat=True)) == [
        str(number) for number in range(9)
    ]
