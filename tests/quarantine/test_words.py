"""The words of an address come to the same standing, in whatever order they became known."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from messaging.failures import Reason
from messaging.statuses import AddressStatus
from quarantine import words
from quarantine.words import START, STOP, Said, Standing
from tests.records import NOON


def said(says, minute, *, key=None, **fields):
    key = key or f"{says}{minute}{fields}".encode()[:16].ljust(16)
    return Said(key, says, NOON + timedelta(minutes=minute), **fields)


ANY_WORD = st.builds(said, st.sampled_from([STOP, START]), st.integers(0, 3), text=st.just("x"))
CLEAN = Standing()
ON_ERRORS = Standing(status="quarantine", reason=int(Reason.UNREACHABLE))


def test_the_latest_word_counts():
    stop, start = said(STOP, 1), said(START, 2)

    assert words.after(CLEAN, [stop, start]).status == AddressStatus.VALID
    assert words.after(CLEAN, [start, said(STOP, 3)]).status == AddressStatus.DENYLISTED


def test_at_the_same_time_a_stop_counts():
    assert words.after(CLEAN, [said(STOP, 1), said(START, 1)]).status == AddressStatus.DENYLISTED


def test_a_denylisted_address_tells_what_was_written_and_since_when():
    first = said(STOP, 1, text="Arret")
    last = said(STOP, 5, text="Stop!", delivery_id=7)

    assert words.after(CLEAN, [last, first]) == Standing(
        status="denylisted",
        reason=int(Reason.DENYLISTED),
        error_text="Stop!",
        first_error_at=first.at,
        last_error_at=last.at,
        delivery_id=7,
        by_word=True,
    )


def test_what_a_person_denylisted_no_word_moves():
    listed = Standing(status="denylisted", reason=int(Reason.DENYLISTED), error_text="Complaint")

    assert words.after(listed, [said(STOP, 1), said(START, 2)]) == listed


def test_without_words_nothing_changes():
    assert words.after(CLEAN, []) == CLEAN
    assert words.after(ON_ERRORS, [said(START, 1)]) == ON_ERRORS


def test_a_start_leads_back_to_what_was_beneath():
    denied = words.after(ON_ERRORS, [said(STOP, 1)])

    assert (denied.status, denied.beneath) == ("denylisted", "quarantine")
    assert words.after(denied, [said(STOP, 1), said(START, 2)]) == ON_ERRORS


def test_a_word_that_is_told_again_is_what_is_told_now_and_forgets_no_message():
    known, told = said(STOP, 5, key=b"k", message_id=3, delivery_id=2), said(STOP, 1, key=b"k")

    assert words.same(known, told) == told._replace(message_id=3, delivery_id=2)


@given(st.sampled_from([CLEAN, ON_ERRORS]), st.lists(ANY_WORD, max_size=6), st.data())
def test_however_words_arrive_one_by_one_the_end_is_the_same(before, heard, data):
    at_once = words.after(before, heard)
    order = data.draw(st.permutations(heard + heard[:2]))
    known, standing = {}, before

    for word in order:
        known[word.key] = words.same(known[word.key], word) if word.key in known else word
        standing = words.after(standing, known.values())

    assert standing == at_once


def test_opt_outs_are_counted_by_message():
    heard = {
        word.key: word
        for word in (
            said(STOP, 1, delivery_id=1, message_id=10),
            said(STOP, 2, delivery_id=1, message_id=10),
            said(STOP, 3, delivery_id=1, message_id=11),
            said(STOP, 4),
            said(START, 5, delivery_id=2, message_id=20),
        )
    }

    assert words.opt_outs(heard) == {(1, 10), (1, 11)}


def test_since_when_counts_from_the_last_start():
    heard = [said(STOP, 1), said(START, 3), said(STOP, 5), said(STOP, 7)]

    assert words.after(CLEAN, heard).first_error_at == NOON + timedelta(minutes=5)
