"""Clickatell: Platform, One API and the classic HTTP API, whose numbers mean different things."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, moments, signing
from providers.base import RECEIPT_LIMIT, Callback, CredentialField, Credentials, Provider, Sample
from providers.codes import Code

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OURS = FailureClass.SENDER_SIDE
UNDEFINED = FailureClass.UNDEFINED
UNREACHABLE = FailureClass.UNREACHABLE
EXPIRED = FailureClass.EXPIRED
ACCEPTED, SENT = MessageStatus.ACCEPTED, MessageStatus.SENT
DELIVERED, FAILED = MessageStatus.DELIVERED, MessageStatus.FAILED

# Platform and classic HTTP; 4 is delivered here and sent there, 5 an error here and delivered
# there.  1 (unknown to Clickatell) and 6 (cancelled by us) move nothing.
# https://www.clickatell.com/developers/api-documentation/message-status-codes/
NUMBERS = {
    "2": ACCEPTED,
    "3": SENT,
    "4": DELIVERED,
    "5": FAILED,
    "7": FAILED,
    "8": ACCEPTED,
    "9": FAILED,
    "10": FAILED,
    "11": ACCEPTED,
    "12": FAILED,
    "14": FAILED,
}
# https://docs.clickatell.com/channels/one-api/one-api-reference/#tag/Message-statuses
# 1 (not found), 21 and 22 (stopped by us, or by Clickatell) move nothing.
ONE_API = "oneapi"
ONE_API_NUMBERS = {
    "2": ACCEPTED,
    "3": ACCEPTED,
    "4": SENT,
    "5": DELIVERED,
    "6": DELIVERED,
    **dict.fromkeys(("20", "23", "25", "26", "27", "28", "29", "100"), FAILED),
}
# Where there is a word, it decides: words are the same to everybody, numbers are not.
WORDS = {
    "MESSAGE_QUEUED": ACCEPTED,
    "QUEUED": ACCEPTED,
    "SCHEDULED": ACCEPTED,
    "OK": ACCEPTED,
    "MESSAGE_QUEUED_FOR_LATER_DELIVERY": ACCEPTED,
    "DELIVERED_TO_GATEWAY": SENT,
    "SENT_TO_SUPPLIER": SENT,
    "RECEIVED_BY_RECIPIENT": DELIVERED,
    "DEVICE_ACK": DELIVERED,
    "READ": DELIVERED,
    "MAXIMUM_MT_LIMIT_EXCEEDED": FAILED,
}
# Words that nobody has written down alike; the number beside them tells why.
FAILURE_WORDS = ("ERROR", "EXPIRED", "FAIL", "CREDIT", "BALANCE", "LIMIT", "NOT_EXIST")

CODES = {
    "5": Code(UNDEFINED, _("Error with the message")),
    "7": Code(UNDEFINED, _("Error while delivering")),
    "9": Code(UNREACHABLE, _("Routing error")),
    "10": Code(EXPIRED, _("Validity ended")),
    "12": Code(OURS, _("The account has no credit")),
    "14": Code(OURS, _("The account's limit of messages reached")),
    "20": Code(EXPIRED, _("Validity ended")),
    "23": Code(UNDEFINED, _("Not delivered")),
    "25": Code(OURS, _("The account has no credit")),
    "26": Code(OURS, _("The account's limit of messages reached")),
    "27": Code(OURS, _("The account's limit of messages reached")),
    "28": Code(OURS, _("The account's limit of messages reached")),
    "29": Code(FailureClass.USER_UNKNOWN, _("The recipient does not exist")),
    "100": Code(UNREACHABLE, _("Routing error")),
}

# "Received by recipient" is the carrier's receipt; these two are the device's own.
HANDSET_WORDS = ("DEVICE_ACK", "READ")
# Texts in these are escaped as in a URL, even within JSON.
ESCAPED_CHARSETS = {"UTF-16BE": "utf-16-be", "ISO-8859-1": "iso-8859-1"}


class Clickatell(Provider):
    """A Clickatell account; without a word, `api` says whose numbers are meant."""

    slug = "clickatell"
    label = "Clickatell"
    # The documentation names no limit for receipts.
    receipt_limit = RECEIPT_LIMIT
    # https://docs.clickatell.com/channels/sms-channels/
    steps = (
        _("Choose a user name and a password, and enter them in the settings below."),
        _(
            "In the Clickatell Portal, open the settings of your SMS integration (API), and "
            "find its callbacks."
        ),
        _(
            "Give the callback address for message status notifications and for replies, with "
            "HTTP basic authentication and the same user name and password."
        ),
    )
    sample = Sample(
        body='{"messageId": "test", "to": "27999000000", "statusCode": 4, '
        '"status": "RECEIVED_BY_RECIPIENT", "timestamp": 1767268800000}'
    )
    methods = ("GET", "POST")
    credential_fields = (
        CredentialField(
            "username", _("User name"), _("Choose one, and set it beside the callback URL.")
        ),
        CredentialField(
            "password", _("Password"), _("Choose one, as long as you like."), secret=True
        ),
    )
    codes = CODES

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check user name and password: Clickatell signs nothing."""
        signing.check_basic(callback, credentials)

    def faults(self, credentials: Credentials) -> "dict[str, StrOrPromise]":
        """Check the name of the dialect."""
        if credentials.get("api", "") not in ("", ONE_API):
            return {"api": _("Only “oneapi” can be given here; leave it out for all others.")}
        return {}

    def reports(self, callback: Callback, credentials: Credentials) -> Iterable[Report]:
        """Translate one status or reply."""
        fields = forms.fields(callback)
        if "text" in fields and "status" not in fields and "statusCode" not in fields:
            return (_inbound(fields),)
        numbers = ONE_API_NUMBERS if credentials.get("api") == ONE_API else NUMBERS
        return (_status(fields, numbers),)

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:  # noqa: ARG002
        """Write user name and password as Clickatell does."""
        return signing.basic(credentials)


def _status(fields: dict[str, Any], numbers: dict[str, MessageStatus]) -> StatusReport:
    # An old library calls the id of a status moMsgId.
    given = fields.get("messageId") or fields.get("apiMsgId") or fields.get("moMsgId")
    message_id = forms.message_id(given, field="messageId")
    word, code = _word_and_code(fields)
    status = _stated(word) if word else numbers.get(code)
    said = forms.text(fields.get("statusDescription"), field="statusDescription")
    text = word or code
    return StatusReport(
        provider_message_id=message_id,
        status=status,
        code=code,
        text=f"{text}; {said}"[: forms.TEXT_LENGTH] if said else text,
        occurred_at=moments.epoch(fields.get("timestamp")),
        failure=_failure(word, code) if status is FAILED else None,
        address=forms.text(fields.get("to"), field="to", length=forms.ID_LENGTH),
        evidence=_evidence(word) if status is DELIVERED else Evidence.NONE,
    )


def _word_and_code(fields: dict[str, Any]) -> tuple[str, str]:
    """Return the status in words and in numbers; the classic API has its number in `status`."""
    word = forms.text(fields.get("status"), field="status").strip().upper().replace(" ", "_")
    code = forms.text(fields.get("statusCode"), field="statusCode", length=forms.CODE_LENGTH)
    if word.isdigit():
        word, code = "", code or word[: forms.CODE_LENGTH]
    if not word and not code:
        raise forms.missing("status")
    return word, code.strip().lstrip("0") or code


def _stated(word: str) -> MessageStatus | None:
    if word in WORDS:
        return WORDS[word]
    return FAILED if any(part in word for part in FAILURE_WORDS) else None


def _failure(word: str, code: str) -> FailureClass:
    row = CODES.get(code)
    if row:
        return row.failure
    return EXPIRED if "EXPIRED" in word else UNDEFINED


def _evidence(word: str) -> Evidence:
    return Evidence.HANDSET if word in HANDSET_WORDS else Evidence.CARRIER


def _inbound(fields: dict[str, Any]) -> InboundReport:
    given = fields.get("messageId") or fields.get("moMsgId")
    sender = forms.number(fields.get("fromNumber") or fields.get("from"), field="fromNumber")
    text = forms.text(fields["text"], field="text", length=forms.BODY_LENGTH)
    encoding = ESCAPED_CHARSETS.get(str(fields.get("charset")).upper())
    if encoding:
        text = unquote_plus(text, encoding=encoding, errors="replace")
    return InboundReport(
        provider_message_id=forms.message_id(given, field="messageId"),
        address=forms.required(sender, field="fromNumber"),
        text=forms.text(text, field="text", length=forms.BODY_LENGTH),
        recipient=forms.number(fields.get("toNumber") or fields.get("to"), field="toNumber"),
        occurred_at=moments.epoch(fields.get("timestamp")),
    )
