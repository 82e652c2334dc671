"""Vonage: status webhooks of the Messages API (signed tokens) and SMS API receipts (`sig`)."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, moments, signed_text, signing, tokens
from providers.base import (
    BadPayload,
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

BARRED = FailureClass.BARRED
DISABLED = FailureClass.DISABLED
NOT_CONNECTED = FailureClass.NOT_CONNECTED
OPTED_OUT = FailureClass.OPTED_OUT
OURS = FailureClass.SENDER_SIDE
REFUSED = FailureClass.REFUSED
UNDEFINED = FailureClass.UNDEFINED
UNREACHABLE = FailureClass.UNREACHABLE

STATUSES = {
    "accepted": MessageStatus.ACCEPTED,
    "submitted": MessageStatus.ACCEPTED,
    "buffered": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.DELIVERED,
    "expired": MessageStatus.FAILED,
    "failed": MessageStatus.FAILED,
    "rejected": MessageStatus.FAILED,
    "undeliverable": MessageStatus.FAILED,
    # "unknown" moves nothing: no receipt came that could be read.
}
# "Delivered" is the carrier's receipt; only a reader proves the handset.
EVIDENCE = {"delivered": Evidence.CARRIER, "read": Evidence.HANDSET}

# What is written in err-code by the SMS API, and in the error's title by the Messages API:
# https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts#dlr-error-codes and
# https://developer.vonage.com/en/api-errors/messages
_CODES = (
    ("0", UNDEFINED, _("No error given")),
    ("1 99 1330 1490", UNDEFINED, _("Unknown error")),
    ("2 1180", NOT_CONNECTED, _("Handset out of reach for a while")),
    ("3 1190", DISABLED, _("The number is no longer active")),
    ("4", BARRED, _("The recipient has barred such messages")),
    ("5 1200", UNREACHABLE, _("The number changed its carrier, and was not found")),
    ("6 1210", REFUSED, _("Filtered as unwanted by the carrier")),
    ("7 1220", NOT_CONNECTED, _("Handset busy")),
    ("8 1230 1331", UNREACHABLE, _("A network or carrier on the way has a fault")),
    ("9 1240", OPTED_OUT, _("The recipient has unsubscribed")),
    ("10 1040", OURS, _("Invalid message")),
    ("11 1250 1251", UNREACHABLE, _("Vonage found no route")),
    ("12 1260", UNREACHABLE, _("The destination could not be reached")),
    ("13 1270", BARRED, _("Not suitable for the recipient's age")),
    ("14 1280", BARRED, _("The carrier blocks messages to this line")),
    ("15 1290", UNREACHABLE, _("The recipient's prepaid credit is used up")),
    ("16 1241", OURS, _("Too many messages to this number")),
    ("50 1480", OURS, _("Regulation: the entity is missing or wrong")),
    ("51 1481", OURS, _("Regulation: the sender is missing or wrong")),
    ("52 1482", OURS, _("Regulation: the template is missing or wrong")),
    ("53 1483", OURS, _("Regulation: consent is not registered")),
    ("54 1484", OURS, _("Regulation: not compliant")),
    ("1000", OURS, _("Too many messages per second")),
    ("1010 1020 1021 1022 1130 1150 1410 1440 1450", OURS, _("Invalid parameter")),
    ("1030 1100", OURS, _("Vonage could not take the message")),
    ("1050", BARRED, _("The number is on a blocklist of Vonage")),
    ("1060", OURS, _("Account suspended")),
    ("1070", OURS, _("The account has no credit or quota")),
    ("1080 1140", OURS, _("Not enabled for the account")),
    ("1090", OURS, _("The message is too long")),
    ("1120 1420", OURS, _("The sender is not allowed")),
    ("1160", OURS, _("Trial account: the recipient is not registered")),
    ("1170", FailureClass.USER_UNKNOWN, _("Invalid recipient number")),
    ("1282", REFUSED, _("Blocked by the carrier's policy")),
    ("1300", BARRED, _("The recipient is not on this network")),
    ("1310", BARRED, _("The handset cannot receive the message")),
    ("1320", OURS, _("The same message was sent before")),
    ("1340", OURS, _("Outside of the window for answers")),
    ("1350 1370 1380", OURS, _("The channel needs to be set up again")),
    ("1360", FailureClass.EXPIRED, _("Validity ended")),
    ("1460", OURS, _("Daily limit reached")),
    ("1470 1472 1473 1474 1475", REFUSED, _("Blocked by Vonage's fraud protection")),
)
CODES = {code: Code(failure, title) for codes, failure, title in _CODES for code in codes.split()}
# What the word says where the code says nothing.
FAILURES = {"expired": FailureClass.EXPIRED}

# The account's setting "signature method", as the dashboard and the libraries call it.
METHODS = ("md5hash", "md5", "sha1", "sha256", "sha512")


class Vonage(Provider):
    """A Vonage account (formerly Nexmo), whichever of its two APIs it sends with."""

    slug = "vonage"
    label = "Vonage"
    # "By default Vonage attempts delivery for 72 hours": ttl of the SMS API
    # (https://developer.vonage.com/en/api/sms).
    receipt_limit = timedelta(hours=72)
    # https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts
    steps = (
        _(
            "In the Vonage Dashboard, open Settings, and copy the Signature secret and, for "
            "the SMS API, the Signature method into the settings below."
        ),
        _(
            "Messages API: open Applications, your application, Messages, and give the "
            "callback address as Status URL and as Inbound URL."
        ),
        _(
            "SMS API: open Settings, SMS settings, and give the callback address as Delivery "
            "receipts (DLR) webhook and as Inbound SMS webhook; any Webhook format will do."
        ),
        _("Webhooks of the SMS API without sig are refused: have Vonage sign them."),
    )
    sample = Sample(
        body='{"message_uuid": "00000000-0000-4000-8000-000000000000", "status": "delivered", '
        '"to": "447700900000", "from": "447700900001", "timestamp": "2026-01-01T12:00:00Z"}'
    )
    methods = ("GET", "POST")
    # The check of a new URL wants 200, and no other success.
    success_body = "OK"
    credential_fields = (
        CredentialField(
            "signature_secret",
            _("Signature secret"),
            _("From the settings of the dashboard; not the API secret."),
            secret=True,
        ),
        CredentialField(
            "signature_method",
            _("Signature method"),
            _("For the SMS API, as set in the dashboard: md5hash (default), md5, sha1, sha256, …"),
        ),
    )
    codes = CODES

    def is_probe(self, callback: Callback) -> bool:
        """Tell an empty request, by which Vonage checks a URL when it is set."""
        return not callback.body and not callback.url.partition("?")[2]

    def faults(self, credentials: Credentials) -> "dict[str, StrOrPromise]":
        """Check the signature method."""
        if credentials.get("signature_method") in (None, "", *METHODS):
            return {}
        return {"signature_method": _("Give md5hash, md5, sha1, sha256 or sha512.")}

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check the token of the Messages API, or the `sig` among the fields of the SMS API."""
        keys = signing.secrets(credentials, "signature_secret")
        scheme, _blank, token = callback.header("authorization").partition(" ")
        # A token covers the body only, and a GET says everything in its query.
        if scheme.lower() == "bearer" and callback.method != "GET":
            tokens.check_bearer(callback, token.strip(), keys=keys, name="Authorization")
        else:
            method = credentials.get("signature_method") or METHODS[0]
            _check_sig(callback, method=method, keys=keys)

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterable[Report]:
        """Translate one status or reply; the name of its id tells which API it is of."""
        fields = forms.fields(callback)
        if "message_uuid" in fields:
            has_status = fields.get("status") is not None
            return (_message_status(fields) if has_status else _message_inbound(fields),)
        if "text" in fields and not fields.get("status"):
            return (_sms_inbound(fields),)
        return (_sms_status(fields),)

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:
        """Write the token of the Messages API."""
        said = {"iss": "Vonage", "iat": int(callback.received_at.timestamp())}
        covered = {"payload_hash": hashlib.sha256(callback.body).hexdigest()}
        key = signing.secrets(credentials, "signature_secret")[0]
        return {"Authorization": f"Bearer {tokens.issue(said | covered, key=key)}"}


def _check_sig(callback: Callback, *, method: str, keys: list[bytes]) -> None:
    """Check the signature over all fields but itself, in the order of their names."""
    try:
        fields = forms.fields(callback)
    except BadPayload as error:
        raise BadSignature(str(error)) from error
    if method not in METHODS or not all(isinstance(one, str | int) for one in fields.values()):
        raise BadSignature("sig: not over these fields")
    given = str(fields.pop("sig", "")).lower()
    seconds = str(fields.get("timestamp", ""))
    signing.check_fresh(seconds, at=callback.received_at, name="timestamp")
    message = signed_text.ampersands(fields)
    if not signing.matches(given, (signing.keyed(message, key, method=method) for key in keys)):
        raise BadSignature("sig: missing or does not match")


def _sms_status(fields: dict[str, Any]) -> StatusReport:
    scts = forms.text(fields.get("scts"), field="scts")
    return _stated(
        forms.message_id(fields.get("messageId"), field="messageId"),
        fields.get("status"),
        code=fields.get("err-code"),
        # message-timestamp is when Vonage called us; scts is the carrier's, without a zone that
        # would be the same for all carriers: it is kept as written.
        said=f"scts {scts}" if scts else "",
    )._replace(
        # The names are swapped: `to` is our sender.
        address=forms.text(fields.get("msisdn"), field="msisdn", length=forms.ID_LENGTH),
        price=forms.price(fields.get("price")),
        network=forms.network(fields.get("network-code")),
    )


def _message_status(fields: dict[str, Any]) -> StatusReport:
    error, usage = forms.inner(fields.get("error")), forms.inner(fields.get("usage"))
    return _stated(
        forms.message_id(fields.get("message_uuid"), field="message_uuid"),
        fields.get("status"),
        code=_error_code(error),
        said=forms.text(error.get("detail") or error.get("reason"), field="error.detail"),
    )._replace(
        occurred_at=moments.iso(fields.get("timestamp")),
        address=_party(fields.get("to"), field="to"),
        segments=forms.whole_number(forms.inner(fields.get("sms")).get("count_total")),
        price=forms.price(usage.get("price")),
        currency=forms.currency(usage.get("currency")),
        network=forms.network(forms.inner(fields.get("destination")).get("network_code")),
    )


def _error_code(error: dict[str, Any]) -> object:
    """Return the number at the end of the error's address, its title, or what 0.1 called a code."""
    address = error.get("type")
    fragment = address.rpartition("#")[2] if isinstance(address, str) else ""
    return fragment if fragment.isdigit() else error.get("title") or error.get("code")


def _stated(message_id: str, given: object, *, code: object, said: str) -> StatusReport:
    word = forms.required(forms.text(given, field="status"), field="status").lower()
    status = STATUSES.get(word)
    code = forms.text(code, field="error", length=forms.CODE_LENGTH)
    failure = None
    if status is MessageStatus.FAILED:
        row = CODES.get(code)
        failure = row.failure if row else UNDEFINED
        failure = FAILURES.get(word, failure) if failure is UNDEFINED else failure
    return StatusReport(
        provider_message_id=message_id,
        status=status,
        code=code,
        text=f"{word}; {said}"[: forms.TEXT_LENGTH] if said else word,
        failure=failure,
        evidence=EVIDENCE.get(word, Evidence.NONE),
    )


def _sms_inbound(fields: dict[str, Any]) -> InboundReport:
    return InboundReport(
        provider_message_id=forms.message_id(fields.get("messageId"), field="messageId"),
        address=forms.required(forms.number(fields.get("msisdn"), field="msisdn"), field="msisdn"),
        text=forms.text(fields["text"], field="text", length=forms.BODY_LENGTH),
        recipient=forms.number(fields.get("to"), field="to"),
        occurred_at=moments.iso(fields.get("message-timestamp"), zone=UTC),
    )


def _message_inbound(fields: dict[str, Any]) -> InboundReport:
    content = forms.inner(forms.inner(fields.get("message")).get("content"))  # 0.1
    return InboundReport(
        provider_message_id=forms.message_id(fields.get("message_uuid"), field="message_uuid"),
        address=forms.required(_party(fields.get("from"), field="from"), field="from"),
        text=forms.text(
            fields.get("text") or content.get("text"), field="text", length=forms.BODY_LENGTH
        ),
        recipient=_party(fields.get("to"), field="to"),
        occurred_at=moments.iso(fields.get("timestamp")),
    )


def _party(value: object, *, field: str) -> str:
    """Return a number, which 0.1 writes within an object."""
    return forms.number(value.get("number") if isinstance(value, dict) else value, field=field)
