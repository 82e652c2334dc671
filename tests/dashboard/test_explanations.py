"""Why events did not move their message."""

from datetime import timedelta

from dashboard.explanations import why_still
from deliveries.models import MessageEvent
from messaging.channels import Channel
from messaging.failures import Reason
from messaging.statuses import MessageStatus
from tests.records import NOON

FAILED = MessageStatus.FAILED
DELIVERED = MessageStatus.DELIVERED


def event(status, *, moved=False, **fields):
    made = {
        "digest": repr((status, fields)).encode(),
        "stated_at": NOON,
        "occurred_at": NOON,
        "received_at": NOON,
    }
    return MessageEvent(status=status, moved=moved, **made | fields)


def last(*events, channel=Channel.SMS):
    return why_still(events, channel=channel)[-1]


def test_an_event_that_moved_needs_no_reason():
    assert last(event(DELIVERED, moved=True)) == ""


def test_an_unknown_word_is_a_note():
    assert last(event(None)) == (
        "The provider's word says nothing about the outcome, so it is kept as a note."
    )


def test_a_registered_message_was_accepted_already():
    assert last(event(MessageStatus.ACCEPTED)) == (
        "The message was already known to be with the provider."
    )


def test_a_late_step_is_behind():
    assert last(event(DELIVERED, moved=True), event(MessageStatus.SENT)) == (
        "The status was already “Received on mobile”, which is further on."
    )


def test_the_same_step_again_adds_nothing():
    again = event(MessageStatus.SENT, text="again")

    assert last(event(MessageStatus.SENT, moved=True), again) == "The status was already “Sent”."


def test_a_failure_beside_a_reception_is_a_contradiction():
    assert last(event(DELIVERED, moved=True), event(FAILED)) == (
        "Contradiction: reported both as failed and as received. “Received on mobile” stands, "
        "and the message is marked."
    )


def test_an_e_mail_that_bounced_stays_failed():
    bounced = event(FAILED, moved=True)

    assert last(bounced, event(DELIVERED), channel=Channel.EMAIL) == (
        "Contradiction: reported both as failed and as received. “Failed” stands, "
        "and the message is marked."
    )


def test_a_failure_with_a_known_reason_stands():
    known = event(FAILED, moved=True, reason=Reason.NOT_CONNECTED)

    assert last(known, event(FAILED)) == (
        "A failure with a known reason (Not connected) stands over one without."
    )


def test_a_later_failure_stands():
    later = event(FAILED, moved=True, stated_at=NOON + timedelta(minutes=1))

    assert last(later, event(FAILED, provider_code="9")) == (
        "Another failure, which the provider dates later, stands."
    )


def test_a_failure_like_the_first_changes_nothing():
    assert last(event(FAILED, moved=True), event(FAILED, text="again")) == (
        "The message had already failed; what was known of it stands."
    )


def test_one_part_does_not_make_the_message():
    first = event(DELIVERED, part=1, parts=2)

    assert last(first) == (
        "The message has 2 parts and the worst of them decides: "
        "“Taken into account by the provider” stands."
    )


def test_a_part_that_failed_holds_back_the_others():
    failed = event(FAILED, moved=True, part=1, parts=2)

    assert last(failed, event(DELIVERED, part=2, parts=2)) == (
        "The message has 2 parts and the worst of them decides: “Failed” stands."
    )


def test_what_nothing_else_explains_came_with_a_report_that_says_more():
    assert last(event(MessageStatus.SENT)) == (
        "It was applied together with a report that says more."
    )
