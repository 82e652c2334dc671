"""Bandwidth: message events in an array of JSON, behind basic authentication."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import batches, forms, moments, signing
from providers.base import Callback, CredentialField, Credentials, Provider, Sample
from providers.codes import Code

BARRED = FailureClass.BARRED
OURS = FailureClass.SENDER_SIDE
REFUSED = FailureClass.REFUSED
UNREACHABLE = FailureClass.UNREACHABLE
UNKNOWN_NUMBER = FailureClass.USER_UNKNOWN
UNDEFINED = FailureClass.UNDEFINED

STATUSES = {
    "message-sending": MessageStatus.SENT,
    "message-sent": MessageStatus.SENT,
    "message-delivered": MessageStatus.DELIVERED,
    "message-read": MessageStatus.DELIVERED,
    "message-failed": MessageStatus.FAILED,
}
RECEIVED = "message-received"
READ = "message-read"
# "The delivery receipt did not come in time.  This does not say that the message did not."
NO_RECEIPT = "9902"

# https://dev.bandwidth.com/docs/messaging/errors/: 4 is the client's fault and 5 the server's,
# a second digit of 6 or 7 is what the carrier reports.
CODES = {
    "4303": Code(UNKNOWN_NUMBER, _("Invalid recipient number")),
    "4350": Code(UNKNOWN_NUMBER, _("Malformed recipient number")),
    "4404": Code(BARRED, _("The recipient's number is inactive, or takes no messages")),
    "4406": Code(UNKNOWN_NUMBER, _("The number belongs to no carrier")),
    "4420": Code(OURS, _("No route to the carrier")),
    "4432": Code(OURS, _("The country is not enabled for the account")),
    "4470": Code(OURS, _("Held back by Bandwidth as spam")),
    "4482": Code(BARRED, _("The recipient's number is blocked")),
    "4700": Code(BARRED, _("The carrier does not offer the service")),
    "4701": Code(UNREACHABLE, _("The service is not available at the carrier")),
    "4702": Code(
        FailureClass.NOT_CONNECTED,
        _("The subscriber is not available"),
        _("Switched off, out of coverage or barred: the carrier does not say which."),
    ),
    "4720": Code(UNKNOWN_NUMBER, _("The carrier does not know the number")),
    "4721": Code(FailureClass.DISABLED, _("The number is deactivated")),
    "4730": Code(REFUSED, _("The carrier has no route")),
    "4740": Code(OURS, _("The carrier rejects the sender")),
    "4750": Code(REFUSED, _("Rejected by the carrier, without a reason")),
    "4753": Code(BARRED, _("Rejected by the handset")),
    "4770": Code(REFUSED, _("The carrier took the message for spam")),
    "4771": Code(REFUSED, _("The carrier blocks shortened links")),
    "4772": Code(BARRED, _("The sender or the recipient is blocked at the carrier")),
    "4775": Code(FailureClass.OPTED_OUT, _("The recipient has unsubscribed")),
    "4790": Code(BARRED, _("The carrier does not allow this kind of message")),
    "4360": Code(FailureClass.EXPIRED, _("Validity ended")),
    "5999": Code(UNDEFINED, _("Unknown error at Bandwidth")),
    "9902": Code(UNDEFINED, _("No delivery receipt came in time")),
    "9999": Code(UNDEFINED, _("Unknown error")),
}
_SHARED = (
    ((4001, 4301, 4302, 4451, 4452), Code(OURS, _("Invalid request"))),
    ((4401, 4403, 4405, *range(4407, 4413)), Code(OURS, _("The sender may not send this"))),
    ((4421, 4431, *range(4433, 4436)), Code(OURS, _("Not allowed for the account"))),
    ((4481, 4492, 4493), Code(OURS, _("Held back by Bandwidth"))),
    ((4711, 4712, 4751, 4752, 4773, 4774), Code(OURS, _("The carrier rejects the message's form"))),
    (
        (4780, 4781, 4785, *range(4791, 4794), 4795, 5231),
        Code(OURS, _("A limit, or a registration that the carrier asks for")),
    ),
    (
        (*range(5100, 5221), 5500, 5501, *range(5600, 5651)),
        Code(UNREACHABLE, _("Fault at Bandwidth or at the carrier")),
    ),
)
CODES = {str(code): row for codes, row in _SHARED for code in codes} | CODES


class Bandwidth(Provider):
    """A messaging application of a Bandwidth account."""

    slug = "bandwidth"
    label = "Bandwidth"
    # The carrier has two hours, then comes 9902
    # (https://support.bandwidth.com/hc/en-us/articles/16862065380887); a callback that could not be
    # handed over is repeated for 24 hours.
    receipt_limit = timedelta(hours=26)
    # https://dev.bandwidth.com/docs/messaging/webhooks/
    steps = (
        _("Choose a user name and a password, and enter them in the settings below."),
        _(
            "In the Bandwidth Dashboard, open Applications, and edit the messaging application "
            "of your numbers."
        ),
        _(
            "Give the callback address as Status callback URL and as Inbound callback URL, "
            "each with the same user name and password."
        ),
    )
    sample = Sample(
        body='[{"type": "message-delivered", "time": "2026-01-01T12:00:00Z", "to": "+15552223333", '
        '"description": "ok", "message": {"id": "test", "direction": "out", '
        '"to": ["+15552223333"], "segmentCount": 1}}]'
    )
    credential_fields = (
        CredentialField(
            "username",
            _("User name"),
            _("Choose one, and set it in the application (callback credentials)."),
        ),
        CredentialField(
            "password", _("Password"), _("Choose one, as long as you like."), secret=True
        ),
    )
    codes = CODES

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check user name and password: Bandwidth signs nothing."""
        signing.check_basic(callback, credentials)

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterable[Report]:
        """Translate the events of an array; one event may also stand alone."""
        events = forms.json_body(callback)
        events = [events] if isinstance(events, dict) else events
        return batches.read(events, field="events", report=_report)

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:  # noqa: ARG002
        """Write user name and password as Bandwidth does."""
        return signing.basic(credentials)


def _report(event: dict[str, Any]) -> Report:
    word = forms.required(forms.text(event.get("type"), field="type"), field="type").lower()
    message = forms.inner(event.get("message"))
    return _inbound(event, message) if word == RECEIVED else _status(event, message, word)


def _status(event: dict[str, Any], message: dict[str, Any], word: str) -> StatusReport:
    code = forms.text(event.get("errorCode"), field="errorCode", length=forms.CODE_LENGTH)
    said = forms.text(event.get("description"), field="description")
    status = None if code == NO_RECEIPT else STATUSES.get(word)
    failure = None
    if status is MessageStatus.FAILED:
        row = CODES.get(code)
        failure = row.failure if row else UNDEFINED
    return StatusReport(
        provider_message_id=forms.message_id(message.get("id"), field="message.id"),
        status=status,
        code=code,
        text=f"{word}; {said}"[: forms.TEXT_LENGTH] if said else word,
        occurred_at=moments.iso(event.get("time")),
        failure=failure,
        # Recipients of a group share the id: this one is meant.
        address=forms.text(event.get("to"), field="to", length=forms.ID_LENGTH),
        segments=forms.whole_number(message.get("segmentCount")),
        evidence=_evidence(word, said) if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def _evidence(word: str, said: str) -> Evidence:
    """Tell the handset from the carrier, as "Message delivered to handset." does."""
    return Evidence.HANDSET if word == READ or "handset" in said else Evidence.CARRIER


def _inbound(event: dict[str, Any], message: dict[str, Any]) -> InboundReport:
    sender = forms.number(message.get("from"), field="message.from")
    return InboundReport(
        provider_message_id=forms.message_id(message.get("id"), field="message.id"),
        address=forms.required(sender, field="message.from"),
        text=forms.text(message.get("text"), field="message.text", length=forms.BODY_LENGTH),
        recipient=forms.number(event.get("to"), field="to"),
        occurred_at=moments.iso(event.get("time")),
    )
