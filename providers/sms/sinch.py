"""Sinch SMS: delivery reports for a recipient or a whole batch, and replies, as signed JSON."""

import secrets
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import batches, forms, moments, signing
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

OURS = FailureClass.SENDER_SIDE
BARRED = FailureClass.BARRED

STATUSES = {
    "queued": MessageStatus.ACCEPTED,
    "dispatched": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "aborted": MessageStatus.FAILED,
    "rejected": MessageStatus.FAILED,
    "deleted": MessageStatus.FAILED,
    "failed": MessageStatus.FAILED,
    "expired": MessageStatus.FAILED,
    # "Cancelled" moves nothing: it was done on our side.  "Unknown" neither: no receipt came.
}

# What the word says where no code tells more.  "Deleted" may be an invalid number or an opt-out,
# and does not say which one: never hard.
FAILURES = {
    "aborted": OURS,
    "rejected": BARRED,
    "deleted": BARRED,
    "expired": FailureClass.EXPIRED,
}

# https://developers.sinch.com/docs/sms/api-reference/sms/tag/Delivery-reports: codes below 400 are
# the carriers' own, from their SMPP receipts: the status decides.
CODES = {
    "402": Code(OURS, _("The message centre rejects the message, or has no route")),
    "403": Code(FailureClass.UNDEFINED, _("Sinch had an internal error")),
    "404": Code(FailureClass.UNREACHABLE, _("The delivery failed for a while")),
    "405": Code(OURS, _("A placeholder of the text has no value")),
    "406": Code(FailureClass.EXPIRED, _("Expired before it was handed over")),
    "408": Code(OURS, _("Sinch rejected the message")),
    "410": Code(OURS, _("No sender for this destination")),
    "411": Code(OURS, _("Too many parts")),
    "412": Code(OURS, _("The region is not enabled for the account")),
    "413": Code(OURS, _("The account is blocked or has no credit")),
    "414": Code(OURS, _("MMS: the media cannot be read")),
    "415": Code(OURS, _("MMS: the media was rejected")),
    "416": Code(OURS, _("MMS: the media is of no supported type")),
    "417": Code(OURS, _("MMS: the media is too large")),
    "418": Code(OURS, _("MMS: the media could not be converted")),
}

ALGORITHM = "hmacsha256"


class Sinch(Provider):
    """A Sinch service plan (REST API for SMS, formerly CLX and mblox)."""

    slug = "sinch"
    label = "Sinch"
    # expire_at is "3 days after send_at" by default
    # (https://developers.sinch.com/docs/sms/api-reference/sms/tag/Batches/).
    receipt_limit = timedelta(days=3)
    # https://community.sinch.com/t5/SMS/How-do-I-assign-a-callback-URL-to-an-SMS-service/ta-p/8414
    steps = (
        _("In the Sinch Build Dashboard, open SMS, Service APIs, and click your service plan."),
        _(
            "Under Callback URLs click Add callback URL, give the callback address as Default "
            "URL, and click Configure: reports and replies then come to it."
        ),
        _(
            "Ask Sinch to sign the callbacks of the service plan with a webhook secret, and "
            "enter the same secret in the settings below."
        ),
        _("When you send, ask for reports with delivery_report: per_recipient, or full."),
    )
    sample = Sample(
        body='{"type": "recipient_delivery_report_sms", "batch_id": "test", "code": 0, '
        '"recipient": "12017777777", "status": "Delivered", "at": "2026-01-01T12:00:00Z"}'
    )
    credential_fields = (
        CredentialField(
            "webhook_secret",
            _("Webhook secret"),
            _("The secret that Sinch signs the callbacks of this service plan with."),
            secret=True,
        ),
    )
    codes = CODES

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check the HMAC-SHA256 over raw body, nonce and time, and that the time is ours."""
        keys = signing.secrets(credentials, "webhook_secret")
        header = "x-sinch-webhook-signature"
        # Java's library wants the algorithm named, the others never look.
        algorithm = callback.header(f"{header}-algorithm") or ALGORITHM
        if algorithm.lower() != ALGORITHM:
            raise BadSignature(f"{header}-algorithm: not HmacSHA256")
        seconds = callback.header(f"{header}-timestamp")
        signing.check_fresh(seconds, at=callback.received_at, name=f"{header}-timestamp")
        nonce = callback.header(f"{header}-nonce").encode("utf-8", "replace")
        message = b".".join((callback.body, nonce, seconds.encode()))
        proofs = (signing.hmac_base64(message, key=key, digest="sha256") for key in keys)
        if not signing.matches(callback.header(header), proofs):
            raise BadSignature(f"{header}: missing or does not match")

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterable[Report]:
        """Translate a recipient's report, a batch's report or a reply; `type` says which."""
        fields = forms.json_object(callback)
        kind = forms.required(forms.text(fields.get("type"), field="type"), field="type")
        if kind.startswith("recipient_delivery_report_"):
            return (_recipient(fields),)
        if kind.startswith("delivery_report_"):
            return _batch(fields)
        if kind.startswith("mo_"):
            return (_inbound(fields),)
        raise BadPayload("type: neither a delivery report nor a reply")

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str]:
        """Write the HMAC over body, nonce and time."""
        key = signing.secrets(credentials, "webhook_secret")[0]
        seconds, nonce = str(int(callback.received_at.timestamp())), secrets.token_hex(10)
        message = b".".join((callback.body, nonce.encode(), seconds.encode()))
        return {
            "X-Sinch-Webhook-Signature-Nonce": nonce,
            "X-Sinch-Webhook-Signature-Timestamp": seconds,
            "X-Sinch-Webhook-Signature": signing.hmac_base64(
                message, key=key, digest="sha256"
            ).decode(),
        }


def _recipient(fields: dict[str, Any]) -> StatusReport:
    # The message centre's time is when it happened; `at` is when Sinch wrote the report.
    at = moments.iso(fields.get("operator_status_at")) or moments.iso(fields.get("at"))
    return _status(
        fields,
        message_id=forms.message_id(fields.get("batch_id"), field="batch_id"),
        recipient=fields.get("recipient"),
    )._replace(
        occurred_at=at,
        segments=forms.whole_number(fields.get("number_of_message_parts")),
        network=forms.network(fields.get("operator")),
    )


def _batch(fields: dict[str, Any]) -> Iterator[Report]:
    """Translate a report of all recipients; a summary, which names none, cannot be matched."""
    message_id = forms.message_id(fields.get("batch_id"), field="batch_id")
    groups = batches.listed(fields.get("statuses"), field="statuses")
    faults = []
    for position, group in enumerate(map(forms.inner, groups)):
        try:
            for recipient in batches.listed(group.get("recipients"), field="recipients"):
                yield _status(group, message_id=message_id, recipient=recipient)
        except BadPayload as error:
            faults.append(f"statuses[{position}].{error}")
    if faults:
        raise BadPayload(faults[0])


def _status(fields: dict[str, Any], *, message_id: str, recipient: object) -> StatusReport:
    word = forms.required(forms.text(fields.get("status"), field="status"), field="status")
    word = word.lower()
    status = STATUSES.get(word)
    code = forms.text(fields.get("code"), field="code", length=forms.CODE_LENGTH)
    failure = None
    if status is MessageStatus.FAILED:
        row = CODES.get(code)
        failure = row.failure if row else FAILURES.get(word, FailureClass.UNDEFINED)
    return StatusReport(
        provider_message_id=message_id,
        status=status,
        code=code,
        text=word,
        failure=failure,
        address=forms.text(recipient, field="recipient", length=forms.ID_LENGTH),
        # "Delivered" is what the message centre's receipt says: the carrier's word.
        evidence=Evidence.CARRIER if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def _inbound(fields: dict[str, Any]) -> InboundReport:
    body = fields.get("body")
    text = body.get("message") if isinstance(body, dict) else body  # mo_media has an object
    return InboundReport(
        provider_message_id=forms.message_id(fields.get("id"), field="id"),
        address=forms.required(forms.number(fields.get("from"), field="from"), field="from"),
        text=forms.text(text, field="body", length=forms.BODY_LENGTH),
        recipient=forms.number(fields.get("to"), field="to"),
        occurred_at=moments.iso(fields.get("sent_at")) or moments.iso(fields.get("received_at")),
    )
