"""Rulings: what holds for an event follows from the changes that stand, and when it was made."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingestion.rulings import NOT_YET, Change, Ruling, in_force

SOFT, HARD, IGNORED = (Ruling("keep", number, 0, "") for number in (2, 1, 3))


def test_without_changes_what_is_said_now_holds():
    assert in_force(5, changes=[], now=SOFT) == SOFT


def test_a_change_holds_for_what_comes_after_it():
    change = Change(10, SOFT, HARD, judges_history=False)

    assert [in_force(number, changes=[change], now=HARD) for number in (9, 11)] == [SOFT, HARD]


def test_a_change_that_judges_history_holds_for_what_was_before_it():
    change = Change(10, SOFT, HARD, judges_history=True)

    assert [in_force(number, changes=[change], now=HARD) for number in (9, 11)] == [HARD, HARD]


def test_a_change_that_is_only_thought_of_comes_after_everything():
    thought_of = Change(NOT_YET, SOFT, HARD, judges_history=False)

    assert in_force(2**62, changes=[thought_of], now=HARD) == SOFT


@st.composite
def histories(draw):
    """Make changes in the order of their ids, each beginning where the one before ended."""
    said = draw(st.lists(st.sampled_from([SOFT, HARD, IGNORED]), min_size=1, max_size=6))
    return [
        Change(10 * number, before, after, draw(st.booleans()))
        for number, (before, after) in enumerate(pairwise(said), start=1)
    ]


@given(histories(), st.integers(1, 70))
def test_leaving_the_last_change_out_says_what_was_said_before_it(changes, event_id):
    if not changes:
        return
    *others, last = changes
    before = in_force(event_id, changes=others, now=last.before)

    after = in_force(event_id, changes=changes, now=last.after)

    assert after == (last.after if last.judges_history or event_id > last.id else before)


@given(histories(), st.integers(1, 70))
def test_what_is_said_now_holds_for_whatever_comes_next(changes, event_id):
    now = changes[-1].after if changes else SOFT

    assert in_force(event_id + 100, changes=changes, now=now) == now
