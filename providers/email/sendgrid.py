"""SendGrid: the event webhook, a list of events, signed with an elliptic key where one is known."""

from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext_lazy as _

from providers import forms, mail, mail_codes, signing
from providers.base import BadSignature, Callback, CredentialField, Credentials, Sample

# Why a message was dropped, in lower case:
# https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
CODES = {
    "bounced address": mail_codes.SUPPRESSED,
    "unsubscribed address": mail_codes.UNSUBSCRIBED,
    "spam reporting address": mail_codes.COMPLAINED,
    "invalid": mail_codes.MALFORMED,
    "spam content (if spam checker app enabled)": mail_codes.CONTENT,
    "spam content (if spam checker app is enabled)": mail_codes.CONTENT,
    "invalid smtpapi header": mail_codes.NOT_TRIED,
    "recipient list over package quota": mail_codes.NOT_TRIED,
    "expired": mail_codes.EXPIRED,
}
PROOF, TIME = "X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp"


class SendGrid(mail.MailProvider):
    """A SendGrid account."""

    slug = "sendgrid"
    label = "SendGrid"
    receipt_limit = mail.RECEIPT_LIMIT
    view = "sendgrid.SendGridTrackingWebhookView"
    key = "tracking_webhook_verification_key"
    steps = (
        _(
            "In SendGrid, open Settings, Mail settings, Event webhooks, create a webhook with the "
            "callback address, and choose all events."
        ),
        _(
            "Turn on its Signature verification, and copy the verification key into the settings "
            "below."
        ),
    )
    sample = Sample(
        body='[{"event": "delivered", "timestamp": 1767268800, "smtp-id": "<test>", '
        '"email": "test@example.com", "response": "250 OK"}]'
    )
    credential_fields = (
        CredentialField(
            key, _("Verification key"), _("Public key of the event webhook."), secret=True
        ),
        mail.SECRET,
    )
    codes = CODES

    def check_key(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
        keys: list[bytes],
    ) -> None:
        """Check the signature over time and raw body."""
        proof = signing.decoded(callback.header(PROOF.lower()))
        message = callback.header(TIME.lower()).encode("utf-8", "replace") + callback.body
        for key in keys:
            public = _public(key)
            try:
                if public:
                    public.verify(proof, message, ec.ECDSA(hashes.SHA256()))
                    return
            except InvalidSignature:
                continue
        raise BadSignature(f"{PROOF}: missing or does not match")

    def word(self, event: Any) -> str:
        """Return why a message was dropped."""
        said = event.esp_event
        reason = said.get("type") or said.get("reason")
        return forms.text(reason, field="reason").lower() if said.get("event") == "dropped" else ""

    def reply(self, event: Any) -> str:
        """Return the status code."""
        return forms.text(event.esp_event.get("status"), field="status")

    def is_temporary(self, event: Any) -> bool:
        """Tell what SendGrid calls a block: the address is tried again next time."""
        return bool(event.esp_event.get("type") == "blocked")


@lru_cache(maxsize=64)
def _public(key: bytes) -> ec.EllipticCurvePublicKey | None:
    try:
        found = serialization.load_der_public_key(signing.decoded(b"".join(key.split())))
    except ValueError:
        return None
    return found if isinstance(found, ec.EllipticCurvePublicKey) else None
