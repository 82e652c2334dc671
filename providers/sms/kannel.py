"""Kannel: delivery reports by a URL of our own making (dlr-url), filled from escape codes."""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, receipts
from providers.base import (
    RECEIPT_LIMIT,
    Callback,
    CredentialField,
    Credentials,
    Sample,
    UnsignedProvider,
)
from providers.codes import UNLISTED, Explanation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# %d, one bit per report (Kannel user guide, delivery reports).  32 is an intermediate notice.
# playSMS has seen sums of bits: 9 and 12 hold "accepted by the SMSC", 18 two failures.
STATUSES = {
    "1": MessageStatus.DELIVERED,
    "2": MessageStatus.FAILED,
    "4": MessageStatus.SENT,
    "8": MessageStatus.SENT,
    "9": MessageStatus.SENT,
    "12": MessageStatus.SENT,
    "16": MessageStatus.FAILED,
    "18": MessageStatus.FAILED,
}

# The URL is ours to write, so names are free; these are understood without being configured.
# Upper and lower case differ: %t is a date, %T a number; %p sends, %P receives.
NAMES = {
    "id": ("id", "uuid", "msgid", "message_id", "messageid", "mid", "reference", "ref", "smsid"),
    "status": ("status", "d", "dlr", "type", "dlr_type", "dlr-type", "state"),
    "reply": ("smsc_reply", "A", "reply", "answer", "receipt", "dlr_text"),
    "error": ("err", "B", "error", "error_code"),
    "time": ("ts", "T", "time", "timestamp", "t", "date"),
    "address": ("to", "P", "msisdn", "recipient", "phone"),
    # %F, the SMSC's own id: of use where nothing of ours was put into the URL.
    "smsc_id": ("foreign_id", "F", "smsc_message_id", "fid"),
    # Of a reply, by the get-url or post-url of an sms-service.
    "sender": ("from", "p", "sender", "phone", "msisdn"),
    "text": ("text", "a", "b", "message", "content", "body"),
    "written_to": ("to", "P", "recipient", "shortcode"),
    "reply_id": ("id", "I", "msgid", "message_id"),
}
LABELS = {
    "id": _("Name of the message's id"),
    "status": _("Name of the status (%d)"),
    "reply": _("Name of the SMSC's reply (%A)"),
    "error": _("Name of the error code (%B)"),
    "time": _("Name of the time (%T or %t)"),
    "address": _("Name of the recipient (%P)"),
    "smsc_id": _("Name of the SMSC's id (%F)"),
    "sender": _("Name of a reply's sender (%p)"),
    "text": _("Name of a reply's text (%a)"),
    "written_to": _("Name of the number a reply was written to (%P)"),
    "reply_id": _("Name of a reply's id (%I)"),
}
# Seconds since 1970, and no more digits than they will have for the next 250 years.
EPOCH_DIGITS = 10
NAME_HELP = _("Where your dlr-url uses a name of its own for it.")


class Kannel(UnsignedProvider):
    """A Kannel gateway whose dlr-url is the account's callback URL with our names in its query."""

    slug = "kannel"
    label = "Kannel"
    # Kannel hands on what comes; how long that can take is the carriers' choice.
    receipt_limit = RECEIPT_LIMIT
    # https://www.kannel.org/download/1.4.5/userguide-1.4.5/userguide.html#delivery-reports
    steps = (
        _(
            "When you send, give dlr-mask=31 and, escaped as a whole, this dlr-url: the "
            "callback address followed by "
            "?id=YOUR-REFERENCE&status=%d&smsc_reply=%A&ts=%T&to=%P"
        ),
        _("Register each message under the reference that you put into its dlr-url."),
        _(
            "In Kannel's configuration set http-request-retry: by default a report is lost "
            "when we cannot be reached."
        ),
        _("Nothing is signed: keep the callback address secret."),
    )
    sample = Sample()
    methods = ("GET", "POST")
    credential_fields = (
        *(CredentialField(f"{name}_key", label, NAME_HELP) for name, label in LABELS.items()),
        receipts.TIMEZONE,
    )
    codes = receipts.COMMAND_CODES

    def faults(self, credentials: Credentials) -> "dict[str, StrOrPromise]":
        """Check the time zone."""
        return receipts.timezone_faults(credentials)

    def explain(self, code: str) -> Explanation:
        """Explain a NACK's command_status (`0x0000000b`); other codes are the operator's own."""
        found = self.codes.get(_command_name(code), UNLISTED if not code else None)
        return (found or receipts.OPERATOR_CODE).explanation

    def lists(self, code: str) -> bool:
        """Look a NACK's command_status up by its name."""
        return _command_name(code) in self.codes

    def reports(self, callback: Callback, credentials: Credentials) -> Iterable[Report]:
        """Translate one delivery report, or a reply: that has a sender and no status."""
        fields = forms.query(callback)
        if callback.method != "GET":
            fields |= forms.fields(callback)
        names, zone = _Names(fields, credentials), receipts.zone_of(credentials)
        is_reply = names.get("sender") and not names.get("status") and names.has("text")
        return (_inbound(names, zone) if is_reply else _report(names, zone),)

    def example(self, credentials: Credentials) -> Sample:
        """Write a report under the names that the account has for its fields."""
        said = {"id": "test", "status": "1", "time": "1767268800"}
        names = {credentials.get(f"{n}_key") or NAMES[n][0]: value for n, value in said.items()}
        return Sample(query=urlencode(names))


class _Names:
    """The fields of one report, under whatever names its URL has for them."""

    def __init__(self, fields: dict[str, Any], credentials: Credentials) -> None:
        self.fields = fields
        self.credentials = credentials

    def has(self, name: str) -> bool:
        """Tell whether a field is there, be it empty."""
        return any(key in self.fields for key in self._keys(name))

    def get(self, name: str, length: int = forms.TEXT_LENGTH) -> str:
        """Return a field's text, empty where it is absent."""
        for key in self._keys(name):
            if self.fields.get(key) not in (None, ""):
                return forms.text(self.fields[key], field=key, length=length)
        return ""

    def _keys(self, name: str) -> tuple[str, ...]:
        configured = self.credentials.get(f"{name}_key")
        return (configured,) if configured else NAMES[name]


def _report(names: _Names, zone: tzinfo) -> StatusReport:
    message_id = forms.message_id(
        names.get("id", forms.ID_LENGTH + 1) or names.get("smsc_id", forms.ID_LENGTH + 1),
        field="id",
    )
    given = forms.required(names.get("status", forms.CODE_LENGTH), field="status")
    status = STATUSES.get(given)
    reply = names.get("reply", receipts.RECEIPT_LENGTH)
    receipt = receipts.read(reply)
    code = names.get("error", forms.CODE_LENGTH) or receipt.error or _nack_status(reply)
    return StatusReport(
        provider_message_id=message_id,
        status=status,
        code=code[: forms.CODE_LENGTH],
        text=_text(given, reply, receipt),
        occurred_at=_time(names.get("time"), zone) or receipts.occurred_at(receipt.done, zone=zone),
        failure=_failure(receipt, code) if status is MessageStatus.FAILED else None,
        address=names.get("address", forms.ID_LENGTH),
        # "Delivered to phone" is what the SMSC's receipt says: the carrier's word.
        evidence=Evidence.CARRIER if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def _inbound(names: _Names, zone: tzinfo) -> InboundReport:
    sender = forms.number(names.get("sender", forms.ID_LENGTH), field="sender")
    return InboundReport(
        # %I is Kannel's own id of the reply; a URL without it names none.
        provider_message_id=names.get("reply_id", forms.ID_LENGTH),
        address=forms.required(sender, field="sender"),
        text=names.get("text", forms.BODY_LENGTH),
        recipient=forms.number(names.get("written_to", forms.ID_LENGTH), field="written_to"),
        occurred_at=_time(names.get("time"), zone),
    )


def _failure(receipt: receipts.Receipt, code: str) -> FailureClass:
    """Return why it failed: what the receipt's state says, or the SMSC's refusal, or nothing."""
    row = receipts.COMMAND_CODES.get(_command_name(code))
    stated = receipts.state(receipt.word).failure if receipt.word else None
    return stated or (row.failure if row else FailureClass.UNDEFINED)


def _text(status: str, reply: str, receipt: receipts.Receipt) -> str:
    """Return what the SMSC answered; of a receipt only its state, for the rest is the message."""
    said = receipt.word or reply
    return f"{status} {said}"[: forms.TEXT_LENGTH] if said else status


def _nack_status(reply: str) -> str:
    """Return the status out of `NACK/0x0000000b/Invalid Destination Address`."""
    kind, _slash, rest = reply.partition("/")
    return rest.partition("/")[0] if kind == "NACK" else ""


def _command_name(code: str) -> str:
    if not code.startswith("0x"):
        return ""
    try:
        return receipts.COMMAND_NAMES.get(int(code, 16), "")
    except ValueError:
        return ""


def _time(text: str, zone: tzinfo) -> datetime | None:
    """Read %T (seconds since 1970, UTC) or %t (YYYY-MM-DD HH:MM, without a zone)."""
    try:
        if text.isascii() and text.isdigit() and len(text) <= EPOCH_DIGITS:
            return forms.plausible(datetime.fromtimestamp(int(text), tz=UTC))
        return forms.plausible(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=zone))
    except ValueError:
        return None
