"""Kaleyra: delivery reports by a callback profile, whose fields its owner names."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, moments, tables
from providers.base import (
    RECEIPT_LIMIT,
    Callback,
    CredentialField,
    Credentials,
    Sample,
    UnsignedProvider,
)
from providers.codes import Code

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BARRED = FailureClass.BARRED
NOT_CONNECTED = FailureClass.NOT_CONNECTED
OPTED_OUT = FailureClass.OPTED_OUT
OURS = FailureClass.SENDER_SIDE
UNKNOWN_NUMBER = FailureClass.USER_UNKNOWN
UNREACHABLE = FailureClass.UNREACHABLE
FAILED = MessageStatus.FAILED

# https://developers.kaleyra.io/docs/sms-callback, in their newest words; those of the older
# platform are the receipt's (https://messaging.kaleyra.com, delivery reports).  Blanks, hyphens
# and case differ between pages: only letters count.
STATUSES = {
    "sent": MessageStatus.SENT,
    "submitted": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "delivrd": MessageStatus.DELIVERED,
    "read": MessageStatus.DELIVERED,
    "undelivered": FAILED,
    "undeliv": FAILED,
    "failed": FAILED,
    "notsent": FAILED,
    "expired": FAILED,
    "rejected": FAILED,
    "rejectd": FAILED,
}
# What the status says where there is no trace.
FAILURES = {
    "expired": FailureClass.EXPIRED,
    "notsent": OURS,
    "rejected": FailureClass.REFUSED,
    "rejectd": FailureClass.REFUSED,
}
READ = "read"

# status_trace: https://developers.kaleyra.io/docs/sms-status-and-status-trace-codes
CODES = {
    "ABSENT-SUB": Code(NOT_CONNECTED, _("Handset switched off or out of coverage")),
    "BARRED": Code(BARRED, _("Line barred")),
    "BLACKLIST": Code(OPTED_OUT, _("The recipient is on a blocklist")),
    "CON-DND": Code(BARRED, _("In a register of people who want no such messages")),
    "DND-NUMB": Code(BARRED, _("In a register of people who want no such messages")),
    "EXPIRED": Code(FailureClass.EXPIRED, _("Validity ended")),
    "FAILED": Code(UNREACHABLE, _("The operator could not deliver")),
    "HANDSET-BUSY": Code(NOT_CONNECTED, _("The handset is busy")),
    "HANDSET-ERR": Code(UNREACHABLE, _("The handset had a fault")),
    "INV-MOB-PATTRN": Code(UNKNOWN_NUMBER, _("Invalid recipient number")),
    "INV-NUMBER": Code(UNKNOWN_NUMBER, _("Invalid recipient number")),
    "INV-TEMPLATE-MATCH": Code(OURS, _("The text does not match its template")),
    "INVALID-SUB": Code(UNKNOWN_NUMBER, _("Unknown subscriber")),
    "KLR-INV-NUMBER": Code(UNKNOWN_NUMBER, _("Invalid recipient number")),
    "MEM-EXEC": Code(FailureClass.MEMORY_FULL, _("The handset's memory is full")),
    "MOB-OFF": Code(NOT_CONNECTED, _("Handset switched off or out of coverage")),
    "NET-ERR": Code(UNREACHABLE, _("The network has a fault")),
    "NO-CREDITS": Code(OURS, _("The account has no credit")),
    "NOT-ALLOWED": Code(OURS, _("The country is not enabled for the account")),
    "NOT-OPTIN": Code(OURS, _("The recipient is not in the group that opted in")),
    "OPT-OUT": Code(OPTED_OUT, _("The recipient has unsubscribed")),
    "OUTPUT-REJ": Code(OPTED_OUT, _("The recipient has unsubscribed")),
    "REJECTED": Code(FailureClass.REFUSED, _("Rejected by the operator")),
    "REJECTED-MULTIPART": Code(OURS, _("The message is too long")),
    "SENDER-ID-NOT-FOUND": Code(OURS, _("The sender is not registered")),
    "SERIES-BLK": Code(BARRED, _("The operator blocks the range of numbers")),
    "SERIES-BLOCK": Code(BARRED, _("The range of numbers is blocked")),
    "SERVER-ERR": Code(UNREACHABLE, _("Kaleyra had a fault")),
    "SNDRID-NOT-ALLOTED": Code(OURS, _("The sender is not registered")),
    "SPAM": Code(FailureClass.REFUSED, _("Blocked as spam")),
    "TEMPLATE-NOT-FOUND": Code(OURS, _("The text has no template")),
}

# The names that the pages suggest; a name of the account's own replaces them.
NAMES = {
    "id": ("id", "message_id", "sid"),
    "status": ("status",),
    "code": ("status_trace", "error_code"),
    "text": ("description",),
    "time": ("timestamp", "delivered_at"),
    "address": ("mobile", "to", "recipient"),
    "units": ("units",),
}


class Kaleyra(UnsignedProvider):
    """A Kaleyra account whose callback profile posts, or gets, our names or its own."""

    slug = "kaleyra"
    label = "Kaleyra"
    # The documentation names no limit.
    receipt_limit = RECEIPT_LIMIT
    # https://developers.kaleyra.io/docs/callback-profile
    steps = (
        _(
            "In the Kaleyra console, make a callback profile with the callback address as URL "
            "and the method GET or POST."
        ),
        _(
            "Give it the fields id, status, status_trace, mobile, timestamp and units; where "
            "it has names of its own, enter them in the settings below."
        ),
        _("When you send, name the profile as callback_profile_id."),
        _("Nothing is signed: keep the callback address secret."),
    )
    sample = Sample()
    methods = ("GET", "POST")
    credential_fields = (
        CredentialField(
            "fields",
            _("Names of the fields"),
            _(
                "Where the callback profile has names of its own: id=…, status=…, code=…, text=…, "
                "time=…, address=…, units=…"
            ),
            table=True,
        ),
    )
    codes = CODES

    def faults(self, credentials: Credentials) -> "dict[str, StrOrPromise]":
        """Check that only fields are named that there are."""
        if all(name in NAMES for name in tables.read(credentials.get("fields"))):
            return {}
        known = _("Only id, status, code, text, time, address and units can be named.")
        return {"fields": known}

    def reports(self, callback: Callback, credentials: Credentials) -> Iterable[Report]:
        """Translate one delivery report or reply."""
        fields = forms.query(callback)
        if callback.method != "GET":
            fields |= forms.fields(callback)
        if "source" in fields and "message" in fields:
            return (_inbound(fields),)
        return (_status(_named(fields, tables.read(credentials.get("fields")))),)

    def example(self, credentials: Credentials) -> Sample:
        """Write a report under the names of the account's callback profile."""
        own = tables.read(credentials.get("fields"))
        said = {"id": "test", "status": "Delivered", "address": "919900000000"}
        names = {own.get(name) or NAMES[name][0]: value for name, value in said.items()}
        return Sample(query=urlencode(names))


def _named(fields: Mapping[str, Any], own: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields under our names."""
    named = {}
    for name, usual in NAMES.items():
        keys = (own[name],) if own.get(name) else usual
        named[name] = next((fields[key] for key in keys if fields.get(key)), None)
    return named


def _status(fields: dict[str, Any]) -> StatusReport:
    word = forms.required(forms.text(fields["status"], field="status"), field="status")
    key = "".join(letter for letter in word.lower() if letter.isalpha())
    status = STATUSES.get(key)
    code = forms.text(fields["code"], field="code", length=forms.CODE_LENGTH)
    said = forms.text(fields["text"], field="text")
    failure = None
    if status is FAILED:
        row = CODES.get(code)
        failure = row.failure if row else FAILURES.get(key, FailureClass.UNDEFINED)
    return StatusReport(
        provider_message_id=forms.message_id(fields["id"], field="id"),
        status=status,
        code=code,
        text=f"{word}; {said}"[: forms.TEXT_LENGTH] if said else word,
        # "2025-04-17 18:35:20": of no zone that the pages tell, so only what has one is a time.
        occurred_at=moments.iso(fields["time"]) or moments.epoch(fields["time"]),
        failure=failure,
        address=forms.text(fields["address"], field="address", length=forms.ID_LENGTH),
        segments=forms.whole_number(fields["units"]),
        evidence=_evidence(key) if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def _evidence(word: str) -> Evidence:
    # "Mobile Network operator has confirmed that SMS has been delivered."
    return Evidence.HANDSET if word == READ else Evidence.CARRIER


def _inbound(fields: dict[str, Any]) -> InboundReport:
    return InboundReport(
        provider_message_id=forms.message_id(fields.get("id"), field="id"),
        address=forms.required(forms.number(fields["source"], field="source"), field="source"),
        text=forms.text(fields["message"], field="message", length=forms.BODY_LENGTH),
        recipient=forms.number(fields.get("recipient"), field="recipient"),
        occurred_at=moments.iso(fields.get("timestamp")),
    )
