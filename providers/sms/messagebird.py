"""MessageBird, now Bird: status reports as signed queries, or as events of the Bird platform."""

import hashlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_plus

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import forms, moments, signing, tokens
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

BARRED = FailureClass.BARRED
NOT_CONNECTED = FailureClass.NOT_CONNECTED
UNREACHABLE = FailureClass.UNREACHABLE

STATUSES = {
    "scheduled": MessageStatus.ACCEPTED,
    "accepted": MessageStatus.ACCEPTED,  # Bird's
    "processing": MessageStatus.ACCEPTED,  # Bird's
    "sent": MessageStatus.SENT,
    "buffered": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "delivery_failed": MessageStatus.FAILED,
    "sending_failed": MessageStatus.FAILED,  # Bird's
    "expired": MessageStatus.FAILED,
}

# https://docs.bird.com/api/channels-api/message-status-and-interactions/message-failure-sources/
# sms-platform-extended-error-codes: the numbers are those of GSM MAP.
CODES = {
    "0": Code(FailureClass.UNDEFINED, _("Not delivered, without a reason")),
    "1": Code(FailureClass.USER_UNKNOWN, _("Unknown subscriber")),
    "2": Code(UNREACHABLE, _("Unknown base station")),
    "3": Code(UNREACHABLE, _("Unknown switching centre")),
    "5": Code(UNREACHABLE, _("The network could not identify the subscriber")),
    "6": Code(NOT_CONNECTED, _("Handset switched off or out of coverage")),
    "8": Code(NOT_CONNECTED, _("Roaming is not allowed")),
    "9": Code(BARRED, _("Subscriber not admitted by the network")),
    "10": Code(BARRED, _("Service not provisioned for the line")),
    "11": Code(BARRED, _("SMS not provisioned for the line")),
    "12": Code(BARRED, _("Line barred")),
    "13": Code(BARRED, _("Line barred")),
    "26": Code(NOT_CONNECTED, _("The handset was changing cells")),
    "27": Code(NOT_CONNECTED, _("Handset switched off or out of coverage")),
    "31": Code(NOT_CONNECTED, _("Handset busy with another message")),
    "32": Code(UNREACHABLE, _("The network could not deliver")),
    "34": Code(UNREACHABLE, _("The network has a fault")),
    "103": Code(FailureClass.OPTED_OUT, _("The recipient has unsubscribed")),
    "256": Code(FailureClass.MEMORY_FULL, _("The handset's memory is full")),
}

ALGORITHMS = ("HS256", "HS384", "HS512")
ISSUER = "MessageBird"
# What MessageBird's own libraries allow between the clocks.
LEEWAY_SECONDS = 1


class MessageBird(Provider):
    """A MessageBird account, or a webhook subscription of a Bird workspace."""

    slug = "messagebird"
    label = "MessageBird (Bird)"
    # The documentation names no limit unless `validity` is given.
    receipt_limit = RECEIPT_LIMIT
    # https://developers.messagebird.com/api/sms-messaging/#handle-a-status-report
    steps = (
        _(
            "In the MessageBird Dashboard, open Developers, API access, and copy the Signing "
            "key into the settings below; in a Bird workspace it is shown when the webhook is "
            "made."
        ),
        _(
            "When you send, give the callback address as reportUrl and something of your own "
            "as reference: without a reference no report is posted."
        ),
        _(
            "In a Bird workspace instead, open Developer, Webhook subscriptions, and subscribe "
            "the callback address to sms.outbound and sms.inbound."
        ),
        _(
            "For replies: in the Flow Builder, add the step “Call HTTP endpoint with SMS” with "
            "the callback address."
        ),
    )
    sample = Sample(
        query="id=00000000000000000000000000000000&reference=test&recipient=31612345678"
        "&status=delivered&statusDatetime=2026-01-01T12:00:00%2B00:00"
    )
    methods = ("GET", "POST")
    # A plain 200: nowhere is it said that any other success will do.
    success_body = "OK"
    credential_fields = (
        CredentialField(
            "signing_key",
            _("Signing key"),
            _("From the developer settings of the dashboard; in Bird, of the webhook."),
            secret=True,
        ),
    )
    codes = CODES

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check the signed token over URL and body, or the older signature in its two dialects."""
        keys = signing.secrets(credentials, "signing_key")
        token = callback.header("messagebird-signature-jwt")
        if token:
            _check_token(callback, token, keys)
            return
        seconds = callback.header("messagebird-request-timestamp")
        name = "MessageBird-Request-Timestamp"
        signing.check_fresh(seconds, at=callback.received_at, name=name)
        body = hashlib.sha256(callback.body).digest()
        covered = (_sorted_query(callback.url), callback.url)  # MessageBird's, and Bird's
        proofs = (
            signing.hmac_base64(
                f"{seconds}\n{part}\n".encode("utf-8", "replace") + body, key=key, digest="sha256"
            )
            for part in covered
            for key in keys
        )
        if not signing.matches(callback.header("messagebird-signature"), proofs):
            raise BadSignature("MessageBird-Signature: missing or does not match")

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterable[Report]:
        """Translate one status report or reply; Bird's are in an envelope."""
        fields = forms.fields(callback)
        message = fields.get("payload")
        if isinstance(message, dict):
            incoming = message.get("direction") == "incoming"
            return (_bird_inbound(message) if incoming else _bird_status(message),)
        if "originator" in fields and not fields.get("status"):
            return (_inbound(fields),)
        return (_status(fields),)

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:
        """Write the token over URL and body."""
        now = int(callback.received_at.timestamp())
        said: dict[str, Any] = {"iss": ISSUER, "nbf": now, "exp": now + 60}
        said["url_hash"] = hashlib.sha256(callback.url.encode()).hexdigest()
        if callback.body:
            said["payload_hash"] = hashlib.sha256(callback.body).hexdigest()
        key = signing.secrets(credentials, "signing_key")[0]
        return {"MessageBird-Signature-JWT": tokens.issue(said, key=key)}


def _check_token(callback: Callback, token: str, keys: list[bytes]) -> None:
    """Check a token and what it covers: URL and, exactly where there is one, body."""
    name = "MessageBird-Signature-JWT"
    claims = tokens.claims(token, keys=keys, algorithms=ALGORITHMS, name=name)
    at, least, most = callback.received_at, LEEWAY_SECONDS, signing.TOLERANCE_SECONDS
    if claims.get("iss") != ISSUER:
        raise BadSignature(f"{name}: of another issuer")
    if not (
        tokens.within(claims.get("nbf"), at=at, before=most, after=least)
        and tokens.within(claims.get("exp"), at=at, before=least, after=most)
    ):
        raise BadSignature(f"{name}: not valid yet, or no longer")
    if not tokens.covers(claims.get("url_hash"), callback.url.encode("utf-8", "replace")):
        raise BadSignature(f"{name}: for another address")
    if not callback.body and "payload_hash" not in claims:
        return
    if not callback.body or not tokens.covers(claims.get("payload_hash"), callback.body):
        raise BadSignature(f"{name}: for another body")


def _sorted_query(url: str) -> str:
    """Return a query as it is written, its fields in the order of their names."""
    query = url.partition("?")[2]
    if query.count("&") >= forms.MAX_FIELDS:
        raise BadSignature("URL: too many fields")
    return "&".join(sorted(query.split("&"), key=lambda pair: unquote_plus(pair.partition("=")[0])))


def _status(fields: dict[str, Any]) -> StatusReport:
    given = fields.get("id") or fields.get("reference")
    word = forms.required(forms.text(fields.get("status"), field="status"), field="status")
    return _stated(
        forms.message_id(given, field="id"),
        word,
        code=forms.text(
            fields.get("statusErrorCode"), field="statusErrorCode", length=forms.CODE_LENGTH
        ),
        reason=forms.text(fields.get("statusReason"), field="statusReason"),
    )._replace(
        occurred_at=moments.iso(fields.get("statusDatetime")),
        address=forms.text(fields.get("recipient"), field="recipient", length=forms.ID_LENGTH),
        segments=forms.whole_number(fields.get("messagePartCount")),
        price=forms.price(fields.get("price[amount]")),
        currency=forms.currency(fields.get("price[currency]")),
        network=forms.network(fields.get("mccmnc")),
    )


def _bird_status(message: dict[str, Any]) -> StatusReport:
    failure = forms.inner(message.get("failure"))
    code = forms.inner(failure.get("source")).get("code") or failure.get("code")
    contacts = forms.inner(message.get("receiver")).get("contacts")
    first = forms.inner(next(iter(contacts), None)) if isinstance(contacts, list) else {}
    return _stated(
        forms.message_id(message.get("id"), field="payload.id"),
        forms.required(forms.text(message.get("status"), field="status"), field="payload.status"),
        code=forms.text(code, field="payload.failure.code", length=forms.CODE_LENGTH),
        reason=forms.text(message.get("reason"), field="payload.reason"),
    )._replace(
        occurred_at=moments.iso(message.get("lastStatusAt")),
        address=forms.text(first.get("identifierValue"), field="receiver", length=forms.ID_LENGTH),
    )


def _stated(message_id: str, given: str, *, code: str, reason: str) -> StatusReport:
    word = given.lower()
    status = STATUSES.get(word)
    failure = None
    if status is MessageStatus.FAILED:
        row = CODES.get(code)
        default = FailureClass.EXPIRED if word == "expired" else FailureClass.UNDEFINED
        failure = row.failure if row else default
    return StatusReport(
        provider_message_id=message_id,
        status=status,
        code=code,
        text=f"{word}; {reason}"[: forms.TEXT_LENGTH] if reason else word,
        failure=failure,
        # "Delivered" is the operator's delivery report: the carrier's word.
        evidence=Evidence.CARRIER if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def _inbound(fields: dict[str, Any]) -> InboundReport:
    sender = forms.number(fields.get("originator"), field="originator")
    return InboundReport(
        provider_message_id=forms.message_id(fields.get("id"), field="id"),
        address=forms.required(sender, field="originator"),
        text=forms.text(fields.get("body"), field="body", length=forms.BODY_LENGTH),
        recipient=forms.number(fields.get("recipient"), field="recipient"),
        occurred_at=moments.iso(fields.get("createdDatetime") or fields.get("CreatedDatetime")),
    )


def _bird_inbound(message: dict[str, Any]) -> InboundReport:
    contact = forms.inner(forms.inner(message.get("sender")).get("contact"))
    sender = forms.number(contact.get("identifierValue"), field="payload.sender")
    text = forms.inner(forms.inner(message.get("body")).get("text")).get("text")
    return InboundReport(
        provider_message_id=forms.message_id(message.get("id"), field="payload.id"),
        address=forms.required(sender, field="payload.sender"),
        text=forms.text(text, field="payload.body.text", length=forms.BODY_LENGTH),
        occurred_at=moments.iso(message.get("createdAt")),
    )
