"""Postmark: webhooks, one event per JSON request, signed by nobody."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from providers import forms, mail, mail_codes
from providers.base import Callback, Sample

# https://postmarkapp.com/developer/api/bounce-api#bounce-types
CODES = {
    "BadEmailAddress": mail_codes.MALFORMED,
    "ManuallyDeactivated": mail_codes.SUPPRESSED,
    "Blocked": mail_codes.REFUSED,
    "DMARCPolicy": mail_codes.SENDER,
    "VirusNotification": mail_codes.CONTENT,
    "SMTPApiError": mail_codes.NOT_TRIED,
    "TemplateRenderingFailed": mail_codes.NOT_TRIED,
    "Unconfirmed": mail_codes.NOT_TRIED,
    "InboundError": mail_codes.NOT_TRIED,
}


class Postmark(mail.MailProvider):
    """A server of a Postmark account."""

    slug = "postmark"
    label = "Postmark"
    receipt_limit = mail.RECEIPT_LIMIT
    view = "postmark.PostmarkTrackingWebhookView"
    steps = (
        mail.PROOF_STEP,
        _(
            "In Postmark, open the server, its message stream, Webhooks, add a webhook with the "
            "callback address, and choose all events."
        ),
    )
    sample = Sample(
        body='{"RecordType": "Delivery", "MessageID": "test", "Recipient": "test@example.com", '
        '"DeliveredAt": "2026-01-01T12:00:00Z"}'
    )
    credential_fields = (mail.SECRET,)
    codes = CODES

    def singles(self, callback: Callback) -> list[Callback]:
        """Return the callback: it holds one event."""
        return [callback]

    def word(self, event: Any) -> str:
        """Return the type of a bounce, or why an address is no longer written to."""
        kind = event.esp_event.get("Type") or event.esp_event.get("SuppressionReason")
        return forms.text(kind, field="Type")

    def is_temporary(self, event: Any) -> bool:
        """Tell a soft bounce."""
        return bool(event.esp_event.get("Type") == "SoftBounce")
