"""Plivo: one status for each request, as a form or a query, signed over URL and nonce."""

import dataclasses
import secrets
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, moments, receipts, signed_text, signing
from providers.base import (
    RECEIPT_LIMIT,
    BadSignature,
    Callback,
    CredentialField,
    Credentials,
    Provider,
    Sample,
)
from providers.codes import Code

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OURS = FailureClass.SENDER_SIDE
REFUSED = FailureClass.REFUSED
UNREACHABLE = FailureClass.UNREACHABLE

STATUSES = {
    "queued": MessageStatus.ACCEPTED,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.DELIVERED,  # WhatsApp
    "undelivered": MessageStatus.FAILED,
    "failed": MessageStatus.FAILED,
    "rejected": MessageStatus.FAILED,
}

# "Delivered" is the carrier's receipt (message status callbacks); only a reader proves a handset.
EVIDENCE = {"delivered": Evidence.CARRIER, "read": Evidence.HANDSET}

# https://plivo.com/docs/messaging/troubleshooting/error-codes
CODES = {
    "000": Code(FailureClass.UNDEFINED, _("No error given")),
    "10": Code(OURS, _("Invalid message")),
    "20": Code(UNREACHABLE, _("The carrier's network has a fault")),
    "30": Code(REFUSED, _("Filtered as spam")),
    "40": Code(OURS, _("Invalid sender number")),
    "50": Code(FailureClass.USER_UNKNOWN, _("Invalid recipient number")),
    "60": Code(OURS, _("The message went in circles")),
    "70": Code(
        FailureClass.DISABLED,
        _("The destination is unavailable for good"),
        _("The phone has been off for long, the line was closed, or it takes no SMS."),
    ),
    "80": Code(FailureClass.NOT_CONNECTED, _("The destination is unavailable for a while")),
    "90": Code(UNREACHABLE, _("No route to the destination")),
    "100": Code(REFUSED, _("Prohibited by the carrier")),
    "110": Code(OURS, _("The message is too long")),
    "200": Code(
        FailureClass.OPTED_OUT,
        _("The recipient has unsubscribed"),
        _("The recipient answered STOP to this sender, and Plivo holds the message back."),
    ),
    "201": Code(OURS, _("Limit of messages to one number reached")),
    "900": Code(OURS, _("The account has no credit")),
    "1000": Code(FailureClass.UNDEFINED, _("Unknown error")),
}


class Plivo(Provider):
    """A Plivo account or subaccount."""

    slug = "plivo"
    label = "Plivo"
    # `message_expiry` (three hours) is for the queue before the carrier only.
    receipt_limit = RECEIPT_LIMIT
    # https://www.plivo.com/docs/messaging/concepts/message-status-callbacks
    steps = (
        _(
            "In the Plivo Console, copy the Auth Token of the account or subaccount that sends "
            "into the settings below."
        ),
        _("When you send, give the callback address as url, with method POST or GET."),
        _(
            "For replies: under Messaging, Applications, set the callback address as Message "
            "URL of the application that your number uses."
        ),
    )
    sample = Sample(
        body="MessageUUID=test&Status=delivered&To=14155551234&From=14155550000&Units=1",
        content_type=forms.FORM,
    )
    methods = ("GET", "POST")
    credential_fields = (
        CredentialField(
            "auth_token",
            _("Auth token"),
            _("Of the account or subaccount that sends; from the Plivo console."),
            secret=True,
        ),
        receipts.TIMEZONE,
    )
    codes = CODES

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check the signatures that are there: V3, V2 (also the main account's), or the old one.

        Each header may hold several signatures, one for each token that is valid at the time.
        """
        keys = signing.secrets(credentials, "auth_token")
        for name, message, digest in _signed(callback):
            proofs = [signing.hmac_base64(message, key=key, digest=digest) for key in keys]
            given = callback.header(name).split(",")
            if any(signing.matches(one.strip(), proofs) for one in given if one):
                return
        raise BadSignature("X-Plivo-Signature: missing or does not match")

    def faults(self, credentials: Credentials) -> "dict[str, StrOrPromise]":
        """Check the time zone."""
        return receipts.timezone_faults(credentials)

    def reports(self, callback: Callback, credentials: Credentials) -> Iterable[Report]:
        """Translate a status callback or a reply: there is one per request."""
        fields = forms.fields(callback)
        word = fields.get("Status") or fields.get("status")
        if "Text" in fields and not word:
            return (_inbound(fields),)
        return (_status(fields, word, zone=receipts.zone_of(credentials)),)

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:
        """Write the signature V3, with a nonce of its own."""
        nonce = {"X-Plivo-Signature-V3-Nonce": secrets.token_hex(10)}
        given = dataclasses.replace(callback, headers={**callback.headers, **nonce})
        _name, message, digest = next(_signed(given))
        key = signing.secrets(credentials, "auth_token")[0]
        proof = signing.hmac_base64(message, key=key, digest=digest)
        return {**nonce, "X-Plivo-Signature-V3": proof.decode()}


def _status(fields: dict[str, Any], given: object, *, zone: tzinfo) -> StatusReport:
    # The parent is reserved now; it was the id of a long message whose parts reported one by one.
    message_id = forms.message_id(
        fields.get("ParentMessageUUID") or fields.get("MessageUUID"), field="MessageUUID"
    )
    word = forms.required(forms.text(given, field="Status"), field="Status").lower()
    status = STATUSES.get(word)
    code = forms.text(fields.get("ErrorCode"), field="ErrorCode", length=forms.CODE_LENGTH)
    failure = None
    if status is MessageStatus.FAILED:
        row = CODES.get(code)
        failure = row.failure if row else FailureClass.UNDEFINED
    time = fields.get("DeliveryReportTime") or fields.get("SentTime") or fields.get("QueuedTime")
    mcc, mnc = (forms.text(fields.get(name), field=name) for name in ("MCC", "MNC"))
    return StatusReport(
        provider_message_id=message_id,
        status=status,
        code=code,
        text=word,
        occurred_at=moments.iso(time, zone=zone),
        failure=failure,
        address=forms.text(fields.get("To"), field="To", length=forms.ID_LENGTH),
        segments=forms.whole_number(fields.get("Units")),
        # Rate times units; which currency is nowhere said.
        price=forms.price(fields.get("TotalAmount")),
        network=forms.network(f"{mcc}{mnc}"),
        evidence=EVIDENCE.get(word, Evidence.NONE),
    )


def _inbound(fields: dict[str, Any]) -> InboundReport:
    return InboundReport(
        provider_message_id=forms.message_id(fields.get("MessageUUID"), field="MessageUUID"),
        address=forms.required(forms.number(fields.get("From"), field="From"), field="From"),
        text=forms.text(fields["Text"], field="Text", length=forms.BODY_LENGTH),
        recipient=forms.number(fields.get("To"), field="To"),
    )


def _signed(callback: Callback) -> Iterator[tuple[str, bytes, str]]:
    """Yield each header that may hold a signature with what it signs, the strongest first."""
    url = callback.url.encode("utf-8", "replace")
    base = url.partition(b"?")[0]
    nonce = callback.header("x-plivo-signature-v3-nonce").encode("utf-8", "replace")
    query, form = sorted(signed_text.pairs(url.partition(b"?")[2])), _form(callback)
    text = b"&".join(name + b"=" + value for name, value in query)
    if form:
        text += (b"." if query else b"") + b"".join(name + value for name, value in form)
    text = b"?" + text if text else b""
    # Neither the newest nor the oldest covers a body that is no form.
    covered = form or not callback.body
    if covered:
        yield "x-plivo-signature-v3", base + text + b"." + nonce, "sha256"
    # V2 is what Plivo documents for messages.  It covers neither query nor body: whoever has seen
    # one request could write others to the same URL.
    nonce = callback.header("x-plivo-signature-v2-nonce").encode("utf-8", "replace")
    yield "x-plivo-signature-v2", base + nonce, "sha256"
    yield "x-plivo-signature-ma-v2", base + nonce, "sha256"
    if covered:
        yield "x-plivo-signature", url + b"".join(name + value for name, value in form), "sha1"


def _form(callback: Callback) -> list[tuple[bytes, bytes]]:
    is_form = callback.method != "GET" and forms.media_type(callback) in ("", forms.FORM)
    return sorted(signed_text.pairs(callback.body)) if is_form else []
