"""Opt-outs in the drain: from replies and from providers' codes, counted, in any order."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deliveries import figures
from ingestion import drain, erasure, inbox, replay
from ingestion.models import InboundMessage, InboxEntry
from ingestion.replay import ReplayFilter
from messaging.failures import FailureClass
from messaging.statuses import MessageStatus
from quarantine.models import Address, Change, Word
from tests import records
from tests.ingestion import callbacks
from tests.records import NOON

pytestmark = pytest.mark.django_db

ANNA = "+393331112233"


def at(minute):
    return (NOON + timedelta(minutes=minute)).isoformat()


def opt_outs(delivery):
    assert callbacks.drifts() == []
    return figures.of(delivery_ids=[delivery.pk])[delivery.pk].opt_outs


@pytest.fixture
def anna(delivery):
    return records.message(delivery, provider_ids=("a",), address=ANNA)


def test_a_code_that_means_opted_out_denylists(post, delivery, anna):
    post(id="a", word="left", at=at(1))
    callbacks.apply_all()

    row = Address.objects.get()
    assert (row.address, row.status, row.last_error_at) == (
        ANNA,
        "denylisted",
        NOON + timedelta(minutes=1),
    )
    assert (row.error_text, row.delivery_id) == ("SR fiction left|", delivery.pk)
    change = Change.objects.get()
    assert (change.message_id, change.provider, change.code) == (anna.pk, "fiction", "left")
    assert opt_outs(delivery) == 1


def test_a_code_that_comes_twice_counts_once(post, delivery, anna):
    for _ in range(2):
        post(id="a", word="left", at=at(1))
        callbacks.apply_all()

    assert Word.objects.count() == 1
    assert opt_outs(delivery) == 1


def test_a_code_that_comes_again_after_a_start_is_a_repetition(account, anna):
    left = b'{"id": "a", "word": "left"}'
    start = (
        b'{"id": "s", "word": "reply", "address": "+393331112233", "text": "", "keyword": "START"}'
    )
    for minute, said in enumerate([left, start, left]):
        received_at = callbacks.RECEIVED + timedelta(minutes=minute)
        inbox.store([callbacks.raw(account, said, received_at=received_at)])
        callbacks.apply_all()

    assert Address.objects.get().status == "valid"
    replay.replay(chosen=ReplayFilter(), dry_run=False, by=None, at=callbacks.RECEIVED)
    assert Address.objects.get().status == "valid"


def test_any_other_failure_denylists_nobody(post, anna):
    post(id="a", word="lost")
    callbacks.apply_all()

    assert not Address.objects.exists()


def test_the_opt_out_of_an_erased_message_is_nobodys(post, anna):
    erasure.forget(address=ANNA, by=None, at=NOON)
    post(id="a", word="left")
    callbacks.apply_all()

    assert not Address.objects.exists()


def test_a_reply_counts_for_the_delivery_that_it_answers(post, delivery, anna):
    for number in range(2):
        post(id=f"r{number}", word="reply", address=ANNA, text="STOP", at=at(number))
    callbacks.apply_all()

    assert InboundMessage.objects.filter(message_id=anna.pk).count() == 2
    assert opt_outs(delivery) == 1


def test_erasing_the_address_leaves_the_count(post, delivery, anna):
    post(id="r", word="reply", address=ANNA, text="STOP", at=at(1))
    post(id="s", word="reply", address=ANNA, text="START", keyword="START", at=at(2))
    callbacks.apply_all()

    erasure.forget(address=ANNA, by=None, at=NOON)

    assert not Address.objects.exists()
    assert opt_outs(delivery) == 1


def test_what_was_erased_is_not_stored_again_by_a_replay(post, delivery, anna):
    post(word="reply", address=ANNA, text="STOP", at=at(1))
    callbacks.apply_all()
    erasure.forget(address=ANNA, by=None, at=NOON)

    replay.replay(chosen=ReplayFilter(), dry_run=False, by=None, at=NOON)

    assert [(kept.address, kept.action) for kept in InboundMessage.objects.all()] == [
        ("", "denylist")
    ]
    row = Address.objects.get()
    assert (row.address, row.status) == ("", "denylisted")
    assert opt_outs(delivery) == 1


def test_a_corrected_mapping_moves_the_opt_out(post, table, delivery, anna):
    post(id="a", word="left", at=at(1))
    callbacks.apply_all()
    table["left"] = (MessageStatus.FAILED, FailureClass.REFUSED)

    replay.replay(chosen=ReplayFilter(), dry_run=True, by=None, at=NOON)
    assert Address.objects.get().status == "denylisted"
    replay.replay(chosen=ReplayFilter(), dry_run=False, by=None, at=NOON)
    assert Address.objects.get().status != "denylisted"
    assert opt_outs(delivery) == 0

    table["left"] = (MessageStatus.FAILED, FailureClass.OPTED_OUT)
    replay.replay(chosen=ReplayFilter(), dry_run=False, by=None, at=NOON)
    assert Address.objects.get().status == "denylisted"
    assert opt_outs(delivery) == 1


SAYINGS = st.one_of(
    st.fixed_dictionaries({
        "word": st.just("reply"), "address": st.sampled_from([ANNA, "393331112233"]),
        "text": st.sampled_from(["STOP", "START", "Ciao"]), "minute": st.integers(1, 3),
        "id": st.sampled_from(["", "r1", "r2"]),
    }),
    st.fixed_dictionaries({
        "word": st.just("left"), "id": st.just("a"), "minute": st.integers(1, 3),
    }),
)  # fmt: skip


def whole(saying):
    """Let one id mean one reply, as providers do."""
    said = dict(saying)
    if said.get("id") in ("r1", "r2"):
        said |= {"text": "STOP" if said["id"] == "r1" else "START", "minute": 2}
    if said["word"] == "reply":
        said["keyword"] = said["text"] if said["text"] != "Ciao" else ""
    return said | {"at": at(said.pop("minute"))}


def outcome(post, delivery, told, batch):
    with transaction.atomic():
        for said in told:
            post(**said)
            if batch:
                drain.drain_batch(limit=batch)
        callbacks.apply_all(limit=batch or 1_000)
        row = Address.objects.values(
            "status", "reason", "error_text", "first_error_at", "last_error_at", "by_word"
        ).first()
        replies = sorted(InboundMessage.objects.values_list("address", "text", "action", "at"))
        found = row, replies, opt_outs(delivery)
        transaction.set_rollback(True)
    return found


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(SAYINGS.map(whole), min_size=1, max_size=6), st.integers(0, 3), st.data())
def test_whatever_the_order_the_address_stands_the_same(post, delivery, anna, said, batch, data):
    told = data.draw(st.permutations(said + said[:3]))

    assert outcome(post, delivery, told, batch) == outcome(post, delivery, said, 0)


def test_a_batch_of_opt_outs_costs_the_same_statements_however_many(account, delivery):
    counts = []
    for size in (2, 1, 40):
        for number in range(size):
            address = f"+3933300{size:02}{number:03}"
            records.message(delivery, provider_ids=(f"{size}-{number}",), address=address)
            for body in (
                b'{"word": "left", "id": "%d-%d"}' % (size, number),
                b'{"word": "reply", "id": "r%d-%d", "address": "%s", "text": "STOP"}'
                % (size, number, address.encode()),
            ):
                inbox.store([callbacks.raw(account, body)])
        with CaptureQueriesContext(connection) as queries:
            drain.drain_batch(limit=1_000)
        counts.append(len(queries))

    # The first batch makes the qualification too.
    assert counts[1] == counts[2]
    assert opt_outs(delivery) == 43


def test_a_number_that_was_written_nationally_is_erased_from_its_callback_too(post, anna):
    post(word="reply", address="333 111 2233", to="+393420000000", text="STOP", at=at(1))
    callbacks.apply_all()
    assert Address.objects.get().address == ANNA

    assert erasure.forget(address=ANNA, by=None, at=NOON, dry_run=True).callbacks == 1
    erasure.forget(address=ANNA, by=None, at=NOON)

    assert b"3331" not in bytes(InboxEntry.objects.get().body).replace(b" ", b"")
    replay.replay(chosen=ReplayFilter(), dry_run=False, by=None, at=NOON)
    assert [reply.address for reply in InboundMessage.objects.all()] == [""]
