"""Reading: what cannot be translated is dead at once, with its cause and what of it was good."""

import logging

import pytest

from ingestion.models import InboundMessage
from providers.models import ProviderAccount
from smsmonitor.logs import RedactingFormatter
from tests import records
from tests.ingestion import callbacks

pytestmark = pytest.mark.django_db


def test_what_cannot_be_read_is_dead_at_once_with_its_cause(account, post, message):
    callbacks.inbox.store([callbacks.raw(account, b"\xff not JSON")])

    assert callbacks.apply_all() == 1

    (dead,) = callbacks.held("dead")
    assert (dead.error, dead.attempts, dead.provider_id) == ("body: not valid JSON", 0, "")
    assert bytes(dead.body) == b"\xff not JSON"
    assert callbacks.tallies(account) == {"received": 1, "dead": 1}


def test_of_a_callback_that_is_partly_bad_the_good_part_is_applied(account, post, message):
    post(id="m", word="done", rest="bad")

    callbacks.apply_all()

    assert callbacks.standing(message)[0] == "Received on mobile"
    assert [held.error for held in callbacks.held("dead")] == ["rest: cannot be read"]


def test_of_a_callback_with_a_known_and_an_unknown_id_both_are_kept(account, post, message):
    post(id=["m", "later", "later"], word="done", rest="bad")

    callbacks.apply_all()

    assert callbacks.standing(message)[0] == "Received on mobile"
    assert [held.provider_id for held in callbacks.held("parked")] == ["later"]
    assert len(callbacks.held("dead")) == 1


def test_a_fault_of_the_translator_is_told_without_what_it_quotes(account, post, message, caplog):
    post(id="m", word="fault", address="+393331234567")
    post(id="m", word="done")

    callbacks.apply_all()

    assert [held.error for held in callbacks.held("dead")] == ["RuntimeError in fiction"]
    assert callbacks.standing(message)[0] == "Received on mobile"
    (handler,) = (
        one for one in logging.root.handlers if isinstance(one.formatter, RedactingFormatter)
    )
    said = handler.format(caplog.records[-1])
    assert "callback could not be translated" in said
    assert "3331234567" not in said


def test_credentials_that_cannot_be_read_are_no_fault_of_other_accounts(account, post, message):
    other = records.account(kind="kannel")
    ProviderAccount.objects.filter(pk=other.pk).update(sealed_credentials="damaged")
    callbacks.inbox.store([callbacks.raw(other, b"", query="id=a&status=1")])
    post(id="m", word="done")

    callbacks.apply_all()

    assert callbacks.standing(message)[0] == "Received on mobile"
    item = callbacks.QueueItem.objects.get()
    assert item.error == "UnreadableCredentials while it was applied"


def test_an_account_that_is_gone_keeps_nobody_else_waiting(account, post, message, caplog):
    gone = records.account(kind="kannel")
    callbacks.inbox.store([callbacks.raw(gone, b"", query="id=a&status=1")])
    gone.delete()
    post(id="m", word="done")

    assert callbacks.apply_all() == 2

    assert callbacks.standing(message)[0] == "Received on mobile"
    assert callbacks.QueueItem.objects.count() == 0
    assert "callback of an account that is gone" in caplog.text


def test_a_reply_is_kept_once(account, post):
    for _ in range(2):
        post(id="r-1", word="reply", address="+393331234567", text="Stop è")
    post(id="r-2", word="reply", address="+393331234567", text="Ciao")

    callbacks.apply_all()

    kept = InboundMessage.objects.order_by("provider_id")
    assert [
        (reply.provider_id, reply.address, reply.text, reply.keyword, reply.at) for reply in kept
    ] == [
        ("r-1", "+393331234567", "Stop è", "STOP", callbacks.RECEIVED),
        ("r-2", "+393331234567", "Ciao", "STOP", callbacks.RECEIVED),
    ]
    assert callbacks.tallies(account) == {"received": 3, "inbound": 3}
