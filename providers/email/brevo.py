"""Brevo: transactional webhooks, one event per JSON request, signed by nobody."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from providers import forms, mail, mail_codes
from providers.base import Sample

# https://developers.brevo.com/docs/transactional-webhooks
CODES = {
    "blocked": mail_codes.SUPPRESSED,
    "invalid_email": mail_codes.MALFORMED,
    "error": mail_codes.NOT_TRIED,
}


class Brevo(mail.MailProvider):
    """A Brevo account."""

    slug = "brevo"
    label = "Brevo"
    receipt_limit = mail.RECEIPT_LIMIT
    view = "brevo.BrevoTrackingWebhookView"
    steps = (
        mail.PROOF_STEP,
        _(
            "In Brevo, open Transactional, Settings, Webhook, add a webhook with the callback "
            "address, and choose all of its events but those about lists."
        ),
    )
    sample = Sample(
        body='{"event": "delivered", "email": "test@example.com", "message-id": "<test>", '
        '"ts_epoch": 1767268800000}'
    )
    credential_fields = (mail.SECRET,)
    codes = CODES

    def happened(self, event: Any) -> str:
        """Tell an unsubscription, which Brevo's own pages spell otherwise than anymail does."""
        is_one = event.esp_event.get("event") == "unsubscribed"
        return "unsubscribed" if is_one else super().happened(event)

    def word(self, event: Any) -> str:
        """Return the event."""
        return forms.text(event.esp_event.get("event"), field="event")

    def is_temporary(self, event: Any) -> bool:
        """Tell a soft bounce."""
        return bool(event.esp_event.get("event") == "soft_bounce")
