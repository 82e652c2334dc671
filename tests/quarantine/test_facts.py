"""Facts become the record of an address, whatever order they became known in: the rule table."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.failures import FailureType, Reason
from messaging.statuses import AddressStatus
from quarantine import facts, rules
from quarantine.facts import CLEAN, OF_A_PERSON, Fact, Says
from quarantine.rules import Ruling
from tests.records import NOON

HARD, SOFT, FULL, DENY, NOTHING = 1, 2, 3, 4, 5
RULED = {
    HARD: Ruling(HARD, 1, None, FailureType.HARD, None, rules.QUARANTINE, 5, 10),
    SOFT: Ruling(SOFT, 1, None, FailureType.SOFT, None, rules.COUNT, 5, 10),
    FULL: Ruling(FULL, 1, None, FailureType.SOFT, Reason.MAILBOX_FULL, rules.COUNT, 5, 30),
    DENY: Ruling(DENY, 1, None, FailureType.HARD, Reason.REFUSED, rules.DENYLIST, 5, 10),
    NOTHING: Ruling(NOTHING, 1, None, FailureType.IGNORED, None, rules.IGNORE, 5, 10),
}
REASONS = {
    HARD: Reason.USER_UNKNOWN,
    SOFT: Reason.UNREACHABLE,
    FULL: Reason.MAILBOX_FULL,
    DENY: Reason.REFUSED,
    NOTHING: Reason.NOT_CONNECTED,
}


def day(number):
    return NOON + timedelta(days=number)


def failed(on, rule=SOFT, *, key=b"k", **fields):
    return Fact(
        day(on), key, Says.FAILED, FailureType.SOFT, int(REASONS[rule]), rule, "down", **fields
    )


def delivered(on, *, key=b"k"):
    return Fact(day(on), key, Says.DELIVERED)


def decided(on, says, **fields):
    return Fact(day(on), OF_A_PERSON, says, **fields)


def fold(*told):
    return facts.fold(told, ruled=RULED).record


def status(*told):
    return fold(*told).status


def test_a_hard_error_quarantines_at_once():
    record = fold(failed(0, HARD, delivery_id=7))

    assert (record.status, record.reason) == (AddressStatus.QUARANTINE, Reason.USER_UNKNOWN)
    assert (record.error_count, record.delivery_id, record.error_text) == (1, 7, "down")
    assert (record.first_error_at, record.last_error_at) == (NOON, NOON)


def test_the_fifth_soft_error_quarantines():
    four = [failed(number) for number in range(4)]

    assert status(*four) == AddressStatus.WITH_ERRORS
    record = fold(*four, failed(4))
    assert (record.status, record.error_count) == (AddressStatus.QUARANTINE, 5)
    assert (record.first_error_at, record.last_error_at) == (day(0), day(4))


def test_a_success_clears_what_was_counted_but_lifts_no_quarantine():
    assert fold(failed(0), delivered(1)) == CLEAN
    assert fold(failed(0), delivered(1), failed(2)).error_count == 1
    assert status(failed(0, HARD), delivered(1)) == AddressStatus.QUARANTINE
    assert status(failed(0, DENY), delivered(1)) == AddressStatus.DENYLISTED


def test_counting_starts_again_after_ten_quiet_days():
    assert fold(failed(0), failed(10)).error_count == 2
    assert fold(failed(0), failed(10.01)).error_count == 1


def test_a_full_mailbox_is_remembered_for_thirty_days():
    assert fold(failed(0, FULL), failed(30, FULL)).error_count == 2
    assert fold(failed(0, FULL), failed(30.01, FULL)).error_count == 1
    # Another error in between does not make it forgotten earlier.
    assert fold(failed(0, FULL), failed(1), failed(29)).error_count == 3


def test_ignored_errors_touch_nothing():
    assert fold(failed(0, NOTHING)) == CLEAN
    assert fold(failed(0), failed(1, NOTHING)) == fold(failed(0))


def test_a_fact_whose_rule_is_unknown_touches_nothing():
    assert facts.fold([failed(0)], ruled={}).record == CLEAN


def test_what_is_quarantined_keeps_what_brought_it_there():
    record = fold(failed(0, HARD, delivery_id=1), failed(1, delivery_id=2), failed(2, HARD))

    assert (record.reason, record.delivery_id) == (Reason.USER_UNKNOWN, 1)
    assert (record.error_count, record.last_error_at) == (3, day(2))


def test_a_complaint_denylists_whatever_was_before():
    assert status(failed(0, HARD), failed(1, DENY), failed(2, HARD)) == AddressStatus.DENYLISTED


def test_a_release_starts_anew():
    for before in (failed(0, HARD), failed(0, DENY), decided(0, Says.DENYLISTED)):
        assert fold(before, decided(1, Says.RELEASED)) == CLEAN
    released = [failed(number) for number in range(4)] + [decided(5, Says.RELEASED)]
    assert fold(*released, failed(6)).error_count == 1
    # What happened before the release stays void when it becomes known afterwards.
    assert fold(*released, failed(4)) == CLEAN


def test_people_quarantine_and_denylist_with_a_reason():
    record = fold(decided(0, Says.QUARANTINED, text="Asked by phone"))
    assert (record.status, record.reason) == (AddressStatus.QUARANTINE, Reason.QUARANTINED)
    assert record.error_text == "Asked by phone"
    record = fold(decided(0, Says.DENYLISTED), decided(1, Says.QUARANTINED))
    assert (record.status, record.reason) == (AddressStatus.DENYLISTED, Reason.DENYLISTED)
    stated = fold(decided(0, Says.QUARANTINED, reason=int(Reason.USER_UNKNOWN)))
    assert stated.reason == Reason.USER_UNKNOWN


def test_the_fact_that_changed_the_status_last_is_the_cause():
    folded = facts.fold([failed(1), failed(0, key=b"a"), failed(2)], ruled=RULED)

    assert (folded.cause, folded.last) == (failed(0, key=b"a"), failed(2))
    assert facts.fold([], ruled=RULED) == (CLEAN, None, None)


def test_old_errors_are_forgiven_as_time_passes():
    counted = fold(failed(0))

    assert facts.forgiven(counted, at=day(10)) == counted
    assert facts.forgiven(counted, at=day(10.01)) == CLEAN
    quarantined = fold(failed(0, HARD))
    assert facts.forgiven(quarantined, at=day(1000)) == quarantined


MOMENTS = st.integers(0, 40)
KEYS = st.sampled_from([b"a", b"b", b"c"])
FACTS = st.lists(
    st.one_of(
        st.builds(failed, MOMENTS, st.sampled_from(list(RULED)), key=KEYS),
        st.builds(delivered, MOMENTS, key=KEYS),
        st.builds(decided, MOMENTS, st.sampled_from([Says.RELEASED, Says.QUARANTINED])),
    ),
    max_size=12,
    unique_by=facts.order,
)


@given(FACTS, st.randoms())
def test_any_order_comes_to_the_same(told, random):
    shuffled = random.sample(told, len(told))

    assert facts.fold(shuffled, ruled=RULED) == facts.fold(told, ruled=RULED)


@given(FACTS, st.integers(0, 12))
def test_going_on_from_a_record_comes_to_the_same_as_beginning_again(told, cut):
    told = sorted(told, key=facts.order)
    first = facts.fold(told[:cut], ruled=RULED)

    both = facts.fold(told[cut:], ruled=RULED, onto=first.record)

    assert both.record == facts.fold(told, ruled=RULED).record


@pytest.mark.parametrize(
    ("channel", "reason", "expected"),
    [
        ("sms", Reason.MAILBOX_FULL, 4),
        ("email", Reason.MAILBOX_FULL, 3),
        ("sms", Reason.REFUSED, 2),
        ("email", Reason.REFUSED, 1),
    ],
)
def test_the_most_specific_rule_decides(channel, reason, expected):
    about = [(None, None), ("sms", None), (None, Reason.MAILBOX_FULL), ("sms", Reason.MAILBOX_FULL)]
    in_force = rules.Rulings(
        Ruling(number, 1, channel, FailureType.SOFT, reason, rules.COUNT, 5, 10)
        for number, (channel, reason) in enumerate(about, start=1)
    )

    found = in_force.deciding(channel=channel, failure_type=FailureType.SOFT, reason=reason)
    assert found.id == expected
    assert in_force.deciding(channel="sms", failure_type=FailureType.HARD, reason=reason) is None
