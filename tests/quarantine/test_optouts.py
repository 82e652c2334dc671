"""Words become the standing of addresses: in batches, in any order, each step with its cause."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.failures import Reason
from quarantine import fingerprints, optouts
from quarantine.models import Address, Change, Word
from quarantine.words import START, STOP, Said
from tests import threads
from tests.records import NOON
from tests.waiting import somebody_waits, until

pytestmark = pytest.mark.django_db

ANNA, BEN = "+393331112233", "+447912345678"


def said(says, minute=0, *, key="", **fields):
    made = {"text": says.upper(), "provider": "twilio"} | fields
    mark = fingerprints.of_parts(says, minute, key, *sorted(made.items()))
    return Said(mark, says, NOON + timedelta(minutes=minute), **made)


def hear(*heard, address=ANNA, **fields):
    return dict(optouts.hear({address: heard}, at=NOON, **fields))


def steps():
    return [
        (change.before, change.after, change.text, change.inbound_id, change.message_id)
        for change in Change.objects.order_by("id")
    ]


def test_a_stop_denylists_the_address_and_says_why():
    hear(said(STOP, inbound_id=5, delivery_id=7, message_id=8, text="Stop!"))

    row = Address.objects.get()
    assert (row.channel, row.address, row.status, row.reason) == (
        "sms", ANNA, "denylisted", Reason.DENYLISTED,
    )  # fmt: skip
    assert (row.error_text, row.first_error_at, row.last_error_at) == ("Stop!", NOON, NOON)
    assert (row.delivery_id, row.by_word) == (7, True)
    assert steps() == [("valid", "denylisted", "Stop!", 5, 8)]


def test_a_word_that_is_heard_again_changes_nothing():
    stop = said(STOP)
    hear(stop)
    before = list(Address.objects.values()), steps()

    assert hear(stop, stop) == {}

    assert (list(Address.objects.values()), steps()) == before
    assert Word.objects.count() == 1


def test_a_start_lifts_what_a_stop_has_set():
    hear(said(STOP))
    hear(said(START, 5))

    row = Address.objects.get()
    assert (row.status, row.reason, row.error_text) == ("valid", Reason.UNDEFINED, "")
    assert [step[:3] for step in steps()] == [
        ("valid", "denylisted", "STOP"), ("denylisted", "valid", "START"),
    ]  # fmt: skip


def test_a_start_does_not_lift_what_a_person_has_set():
    Address.objects.create(channel="sms", address=ANNA, status="denylisted", error_text="By hand")

    hear(said(STOP), said(START, 5))

    row = Address.objects.get()
    assert (row.status, row.error_text, row.by_word) == ("denylisted", "By hand", False)
    assert steps() == []


def test_a_start_that_is_earlier_than_a_stop_lifts_nothing_though_it_comes_later():
    hear(said(STOP, 5))
    hear(said(START, 1))

    assert Address.objects.get().status == "denylisted"


def test_what_is_withdrawn_lifts_what_it_caused():
    stop = said(STOP, delivery_id=1, message_id=2)
    assert hear(stop) == {1: 1}

    assert dict(optouts.hear({}, withdrawn=[stop.key], at=NOON)) == {1: -1}

    assert Address.objects.get().status == "valid"
    assert steps()[-1][:3] == ("denylisted", "valid", optouts.READ_AGAIN)
    assert not Word.objects.exists()


def test_what_is_withdrawn_and_said_again_stays():
    stop = said(STOP)
    hear(stop)

    hear(stop, withdrawn=[stop.key])

    assert Address.objects.get().status == "denylisted"
    assert len(steps()) == 1


def test_nothing_said_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert optouts.hear({}, at=NOON) == {}


def test_a_message_is_counted_once_however_often_it_is_answered():
    first = said(STOP, 1, delivery_id=1, message_id=2)

    assert hear(first) == {1: 1}
    assert [
        more for more in hear(said(STOP, 2, delivery_id=1, message_id=2)).values() if more
    ] == []


def test_an_erased_address_that_comes_back_is_known_by_its_hash():
    hear(said(STOP))
    Address.objects.update(address="", fingerprint=fingerprints.of(ANNA), error_text="")

    hear(said(STOP, 5, text="Again"))
    erased = Address.objects.get()
    assert (erased.address, erased.status) == ("", "denylisted")

    hear(said(START, 9))
    assert Address.objects.get().status == "valid"


@pytest.mark.django_db(transaction=True)
def test_two_that_hear_of_a_new_address_at_once_wait_for_each_other():
    with transaction.atomic():
        hear(said(STOP, 1))
        other = threads.apart(transaction.atomic(hear), said(START, 2))
        until(somebody_waits)
    other.result(threads.PATIENCE_SECONDS)

    assert Address.objects.get().status == "valid"
    assert Word.objects.count() == 2


def test_a_long_text_is_cut():
    hear(said(STOP, text="x" * 600))

    assert len(Address.objects.get().error_text) == 500


def test_a_batch_costs_the_same_statements_however_many_words_it_holds():
    def cost(count, prefix):
        heard = {f"{prefix}{number:07}": [said(STOP, 1, key=prefix)._replace(
            key=fingerprints.of_parts(prefix, number))] for number in range(count)}  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            optouts.hear(heard, at=NOON)
        return len(queries)

    assert cost(1, "+39333") == cost(50, "+39334")


ANY_WORD = st.tuples(
    st.sampled_from([ANNA, BEN]),
    st.builds(
        said, st.sampled_from([STOP, START]), st.integers(0, 2),
        message_id=st.sampled_from([None, 1, 2]),
    ).map(lambda word: word._replace(delivery_id=word.message_id and 9)),
)  # fmt: skip


def outcome(batches):
    """Hear batches, return what stands then, and undo it."""
    opted = {}
    with transaction.atomic():
        for batch in batches:
            heard = {}
            for address, word in batch:
                mark = fingerprints.of_parts(address, word.key.hex())
                heard.setdefault(address, []).append(word._replace(key=mark))
            for delivery, more in optouts.hear(heard, at=NOON).items():
                opted[delivery] = opted.get(delivery, 0) + more
        leaving = ("id", "created_at", "modified_at")
        rows = [
            {name: value for name, value in row.items() if name not in leaving}
            for row in Address.objects.order_by("address").values()
        ]
        counted = Word.objects.filter(says=STOP, delivery_id=9)
        assert opted.get(9, 0) == counted.values("message_id").distinct().count()
        transaction.set_rollback(True)
    return rows


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(ANY_WORD, min_size=1, max_size=6), st.data())
def test_whatever_the_order_and_the_batches_addresses_stand_the_same(db, heard, data):
    told = data.draw(st.permutations(heard + heard[:3]))
    cut = data.draw(st.integers(0, len(told)))

    # A message belongs to one address, so Ben's words answer none.
    told, heard = [
        [(to, word if to == ANNA else word._replace(message_id=None, delivery_id=None))
         for to, word in each]
        for each in (told, heard)
    ]  # fmt: skip

    assert outcome([told[:cut], told[cut:]]) == outcome([heard])
