"""The merge: whatever the order and however often, the same events say the same."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliveries.merge import Said, digest, fold
from messaging.channels import Channel
from messaging.failures import FailureType, Reason
from messaging.statuses import Evidence, MessageStatus

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ACCEPTED, SENT, FAILED, DELIVERED = (
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
    MessageStatus.FAILED,
    MessageStatus.DELIVERED,
)


def said(status, *, minute=0, **fields):
    """Return an event; failures are soft, with a reason, unless told otherwise."""
    at = NOON + timedelta(minutes=minute)
    failed = status == FAILED
    made = {
        "part": 1,
        "parts": 1,
        "attempt": 1,
        "status": status,
        "failure_type": FailureType.SOFT if failed else FailureType.UNDEFINED,
        "reason": Reason.UNREACHABLE if failed else Reason.UNDEFINED,
        "qualification_id": None,
        "evidence": Evidence.HANDSET if status == DELIVERED else Evidence.NONE,
        "code": "",
        "text": "",
        "segments": None,
        "price": None,
        "currency": "",
        "network": "",
        "stated_at": at,
        "at": at,
    } | fields
    key = digest(
        provider_id=f"{made['part']} {made['attempt']}",
        status=status,
        code=made["code"],
        text=made["text"],
        stated_at=made["stated_at"],
    )
    return Said(digest=key, **made)


@st.composite
def events(draw, *, parts=1, attempts=1):
    """Make an event of a message with so many parts and attempts."""
    status = draw(st.sampled_from([None, MessageStatus.PENDING, ACCEPTED, SENT, FAILED, DELIVERED]))
    stated = draw(st.none() | st.integers(-3, 3))
    reason = draw(st.sampled_from([Reason.UNDEFINED, Reason.UNREACHABLE, Reason.REFUSED]))
    return said(
        status,
        minute=stated or 0,
        part=draw(st.integers(1, parts)),
        parts=parts,
        attempt=draw(st.integers(1, attempts)),
        reason=reason if status == FAILED else Reason.UNDEFINED,
        evidence=draw(st.sampled_from(Evidence)) if status == DELIVERED else Evidence.NONE,
        code=draw(st.sampled_from(["", "1", "30003"])),
        text=draw(st.sampled_from(["", "said"])),
        segments=draw(st.none() | st.integers(1, 3)),
        price=draw(st.none() | st.decimals(0, 2, places=2)),
        network=draw(st.sampled_from(["", "22201"])),
        currency=draw(st.sampled_from(["", "EUR"])),
        **({"stated_at": None} if stated is None else {}),
    )


def stories(*, most=7):
    """Make the events of one message; as in the table, each of them stands once."""
    return st.tuples(st.integers(1, 3), st.integers(1, 2)).flatmap(
        lambda shape: st.lists(
            events(parts=shape[0], attempts=shape[1]),
            max_size=most,
            unique_by=lambda event: event.digest,
        )
    )


@given(stories(), st.sampled_from(Channel), st.data())
def test_any_order_and_any_repetition_say_the_same(story, channel, data):
    repeated = data.draw(st.lists(st.sampled_from(story), max_size=5)) if story else []
    told = data.draw(st.permutations(story + repeated))

    assert fold(told, channel=channel) == fold(story, channel=channel)


@given(st.lists(events(), min_size=1, max_size=7), events())
def test_another_event_never_lowers_the_status_of_an_sms(story, event):
    before, after = fold(story), fold([*story, event])

    if before is not None:
        assert after.status >= before.status


@given(stories(), st.sampled_from(Channel), st.data())
def test_a_known_reason_is_never_replaced_by_an_undefined_one(story, channel, data):
    before = fold(story, channel=channel)
    vague = said(FAILED, minute=5, reason=Reason.UNDEFINED, code="zz")
    if story:
        event = data.draw(st.sampled_from(story))
        vague = vague._replace(part=event.part, parts=event.parts, attempt=event.attempt)

    after = fold([*story, vague], channel=channel)

    if before is not None and before.reason != Reason.UNDEFINED and after.status == FAILED:
        assert after.reason == before.reason


@given(stories(), st.sampled_from(Channel))
def test_an_outcome_is_sound(story, channel):
    outcome = fold(story, channel=channel)

    telling = [event for event in story if event.status is not None]
    assert (outcome is None) == (not telling)
    if outcome is not None:
        assert outcome.status <= max(event.status for event in telling)
        assert (outcome.status == DELIVERED) == (outcome.delivered_at is not None)
        assert outcome.status == DELIVERED or outcome.evidence == Evidence.NONE
        assert outcome.status == FAILED or outcome.reason == Reason.UNDEFINED


@given(events())
def test_one_event_is_told_as_any_set_of_one(event):
    assert fold([event]) == fold([event, event])


def test_nothing_said_is_no_outcome():
    assert fold([]) is None
    assert fold([said(None, code="1")]) is None


def test_late_accepted_never_moves_a_delivered_message_back():
    outcome = fold([said(DELIVERED, minute=2), said(ACCEPTED, minute=5), said(SENT, minute=1)])

    assert outcome.status == DELIVERED
    assert outcome.delivered_at == NOON + timedelta(minutes=2)
    assert outcome.sent_at == NOON + timedelta(minutes=1)


def test_a_failure_beside_a_delivered_is_kept_as_a_contradiction():
    outcome = fold([said(FAILED, minute=3), said(DELIVERED)])

    assert (outcome.status, outcome.contradicted) == (DELIVERED, True)
    assert outcome.failed_at == NOON + timedelta(minutes=3)
    assert outcome.reason == Reason.UNDEFINED


def test_an_asynchronous_bounce_beats_an_email_delivered_before():
    outcome = fold([said(DELIVERED), said(FAILED, minute=3)], channel=Channel.EMAIL)

    assert (outcome.status, outcome.reason) == (FAILED, Reason.UNREACHABLE)
    assert outcome.contradicted
    assert outcome.delivered_at is None


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ({"reason": Reason.UNDEFINED, "minute": 9}, {"reason": Reason.REFUSED}),
        ({"minute": 1, "code": "9"}, {"minute": 2, "code": "1"}),
        ({"stated_at": None, "code": "9"}, {"code": "1"}),
        ({"code": "100"}, {"code": "99"}),
        ({"code": "1", "text": "a"}, {"code": "1", "text": "b"}),
    ],
)
def test_among_failures_the_known_then_the_latest_then_the_highest_code_stands(weaker, stronger):
    weaker, stronger = said(FAILED, **weaker), said(FAILED, **stronger)

    for story in ([weaker, stronger], [stronger, weaker]):
        outcome = fold(story)
        assert (outcome.reason, outcome.code, outcome.text) == (
            stronger.reason,
            stronger.code,
            stronger.text,
        )


def test_the_worst_part_decides():
    story = [said(DELIVERED, part=1, parts=2), said(FAILED, part=2, parts=2, code="7")]

    outcome = fold(story)

    assert (outcome.status, outcome.code, outcome.contradicted) == (FAILED, "7", False)


def test_a_message_is_delivered_once_all_parts_are():
    first = said(DELIVERED, part=1, parts=2, minute=1, evidence=Evidence.CARRIER)
    second = said(DELIVERED, part=2, parts=2, minute=3)

    assert fold([first]).status == ACCEPTED
    assert fold([first, said(SENT, part=2, parts=2)]).status == SENT
    assert fold([first, second]).status == DELIVERED
    assert fold([first, second]).delivered_at == NOON + timedelta(minutes=3)
    assert fold([first, second]).evidence == Evidence.HANDSET


def test_a_part_that_is_only_pending_holds_the_message_back():
    story = [said(MessageStatus.PENDING, part=1, parts=3), said(DELIVERED, part=2, parts=3)]

    assert fold(story).status == MessageStatus.PENDING


def test_a_later_attempt_that_succeeds_wins():
    outcome = fold([said(FAILED, minute=5), said(DELIVERED, attempt=2, minute=1)])

    assert (outcome.status, outcome.contradicted) == (DELIVERED, False)


def test_while_a_later_attempt_is_on_its_way_the_failure_stands():
    assert fold([said(FAILED), said(SENT, attempt=2, minute=9)]).status == FAILED


def test_the_delivery_of_an_attempt_is_timed_by_its_own_parts():
    story = [said(DELIVERED, minute=9), said(DELIVERED, attempt=2, minute=1, text="z")]

    decided = fold(story)

    assert decided.delivered_at in {NOON + timedelta(minutes=9), NOON + timedelta(minutes=1)}
    assert decided == fold(story[::-1])


def test_parts_are_paid_one_by_one_at_the_highest_price_stated():
    story = [
        said(SENT, part=1, parts=2, price=Decimal("0.04"), currency="EUR"),
        said(DELIVERED, part=1, parts=2, price=Decimal("0.05"), currency="EUR"),
        said(DELIVERED, part=2, parts=2, price=Decimal("0.03"), currency="EUR", network="22201"),
    ]

    outcome = fold(story)

    assert (outcome.price, outcome.currency, outcome.network) == (Decimal("0.08"), "EUR", "22201")
    assert outcome.segments == 2


def test_segments_are_those_stated_or_the_parts_there_are():
    assert fold([said(SENT)]).segments is None
    assert fold([said(SENT, segments=3)]).segments == 3
    assert fold([said(SENT, part=1, parts=2, segments=1)]).segments == 2
    assert fold([said(SENT, part=1, parts=2, segments=4)]).segments == 4


def test_a_time_that_is_not_stated_counts_as_the_reception():
    outcome = fold([said(SENT, stated_at=None, at=NOON + timedelta(minutes=4))])

    assert outcome.sent_at == NOON + timedelta(minutes=4)


SAME = {"provider_id": "a", "status": 20, "code": "1", "text": "t", "stated_at": NOON}


@pytest.mark.parametrize(
    "other",
    [
        {"provider_id": "b"},
        {"status": 30},
        {"status": None},
        {"code": "2"},
        {"text": "u"},
        {"stated_at": NOON + timedelta(microseconds=1)},
        {"stated_at": None},
        {"provider_id": "a2", "status": 0},
        {"code": "", "text": "1t"},
    ],
)
def test_events_differ_in_id_status_code_text_and_stated_time(other):
    assert digest(**SAME) != digest(**SAME | other)


def test_the_same_moment_in_another_zone_is_the_same_event():
    moment = datetime.fromisoformat("2026-11-23T13:00:00+01:00")

    assert digest(**SAME) == digest(**SAME | {"stated_at": moment})


@given(st.lists(st.text(alphabet=":ab1", max_size=4), min_size=6, max_size=6))
def test_no_two_different_events_share_a_digest(texts):
    one, other = ((provider_id, code, text) for provider_id, code, text in (texts[:3], texts[3:]))

    digests = {
        digest(provider_id=a, status=20, code=b, text=c, stated_at=None) for a, b, c in (one, other)
    }

    assert len(digests) == len({one, other})
