"""What an e-mail event becomes: a status, a failure and its reason, or a wish of the holder."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from messaging.channels import Channel
from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, mail_codes
from providers.base import BadPayload
from providers.mail_events import MISPLACED

if TYPE_CHECKING:
    from providers.mail import MailProvider

# Words of https://anymail.dev/en/stable/sending/tracking/; what is missing moves nothing.
STATUSES = {
    "queued": MessageStatus.ACCEPTED,
    "sent": MessageStatus.SENT,
    "deferred": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "bounced": MessageStatus.FAILED,
    "rejected": MessageStatus.FAILED,
    "failed": MessageStatus.FAILED,
    "inbound_failed": MessageStatus.FAILED,
}
RECEIVED = "inbound"
# The holder of the address has the message, and does not want it or no more of them.
WISHES = dict.fromkeys(("complained", "unsubscribed"), FailureClass.OPTED_OUT)
# What a failure means where neither the provider's word nor the mail server's answer tells.
BY_REASON = {
    ("bounced", "spam"): FailureClass.REFUSED,
    ("bounced", "blocked"): FailureClass.REFUSED,
    ("bounced", "timed_out"): FailureClass.EXPIRED,
    ("bounced", "unsubscribed"): FailureClass.OPTED_OUT,
    ("bounced", "other"): FailureClass.REFUSED,
    ("rejected", "invalid"): FailureClass.USER_UNKNOWN,
    # Not sent for what happened before: the provider keeps a list of its own.
    ("rejected", "bounced"): FailureClass.OPTED_OUT,
    ("rejected", "spam"): FailureClass.OPTED_OUT,
    ("rejected", "unsubscribed"): FailureClass.OPTED_OUT,
    ("rejected", "timed_out"): FailureClass.UNREACHABLE,
    ("rejected", "blocked"): FailureClass.SENDER_SIDE,
}


def of(event: Any, *, provider: "MailProvider") -> Iterator[Report]:
    """Translate an event of anymail; raise BadPayload."""
    happened = provider.happened(event)
    if happened == RECEIVED:
        raise BadPayload(MISPLACED)
    status = STATUSES.get(happened)
    if not event.message_id and status is None:
        # Of no message that could be named; a wish stands by itself.
        if happened in WISHES:
            yield _wish(event, happened)
        return
    answer = forms.text(event.mta_response, field="answer")
    code, failure = _judged(event, answer, provider)
    yield StatusReport(
        provider_message_id=forms.message_id(event.message_id, field="message_id"),
        status=status,
        code=code[: forms.CODE_LENGTH],
        text=_text(happened, forms.text(event.description, field="description"), answer),
        occurred_at=_time(event.timestamp),
        failure=failure if status is MessageStatus.FAILED else WISHES.get(happened),
        address=forms.text(event.recipient, field="recipient", length=forms.ID_LENGTH),
        # The recipient's mail server has taken it; of the mailbox nobody says anything.
        evidence=Evidence.CARRIER if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def by_kind(happened: str, reject_reason: str | None) -> FailureClass:
    """Return what a failure means by its kind alone."""
    by_itself = FailureClass.USER_UNKNOWN if happened == "bounced" else FailureClass.TECHNICAL
    return BY_REASON.get((happened, reject_reason or ""), by_itself)


def _judged(event: Any, answer: str, provider: "MailProvider") -> tuple[str, FailureClass]:
    """Return the code of an event, and what it means where the event is a failure.

    The provider's own word comes first, then the mail server's code, then what kind of event it
    is.
    """
    word = forms.text(provider.word(event), field="word", length=forms.CODE_LENGTH)
    told = mail_codes.answer(answer)
    if not told.code:
        told = mail_codes.answer(forms.text(provider.reply(event), field="reply"))
    row = provider.codes.get(word)
    if row:
        code, failure = word, row.failure
    elif told.row:
        code, failure = told.code, told.row.failure
    else:
        # Without any code it is the text that tells one error from another.
        code, failure = told.code or ("" if answer else word), provider.by_default(event)
    if provider.is_temporary(event) or (row is None and told.is_temporary):
        failure = mail_codes.softened(failure)
    return code, failure


def _wish(event: Any, happened: str) -> InboundReport:
    address = forms.text(event.recipient, field="recipient", length=forms.ID_LENGTH)
    return InboundReport(
        provider_message_id="",
        address=forms.required(address, field="recipient"),
        text=happened,
        occurred_at=_time(event.timestamp),
        keyword="STOP",
        channel=Channel.EMAIL,
    )


def _text(*parts: str) -> str:
    return "; ".join(said for part in parts if (said := part.strip()))[: forms.TEXT_LENGTH]


def _time(moment: object) -> datetime | None:
    """Return a time that says its zone."""
    is_time = isinstance(moment, datetime) and moment.tzinfo is not None
    return forms.plausible(moment) if is_time and isinstance(moment, datetime) else None
