"""MailerSend: activity webhooks, one event per JSON request, signed over the raw body."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from providers import forms, mail
from providers.base import CredentialField, Sample


class MailerSend(mail.SignedBody):
    """A domain of a MailerSend account."""

    slug = "mailersend"
    label = "MailerSend"
    receipt_limit = mail.RECEIPT_LIMIT
    view = "mailersend.MailerSendTrackingWebhookView"
    header = "Signature"
    key = "signing_secret"
    signs_always = True
    steps = (
        _(
            "In MailerSend, open the domain, Webhooks, create a webhook with the callback "
            "address, and choose all events of sending and activity."
        ),
        _("Copy the Signing secret of that webhook into the settings below."),
    )
    sample = Sample(
        body='{"type": "activity.delivered", "data": {"type": "delivered", "id": "test", '
        '"created_at": "2026-01-01T12:00:00.000000Z", "email": {"message": {"id": "test"}, '
        '"recipient": {"email": "test@example.com"}}}}'
    )
    credential_fields = (
        CredentialField(key, _("Signing secret"), _("Of the webhook."), secret=True),
        mail.SECRET,
    )

    def word(self, event: Any) -> str:
        """Return the type of activity."""
        return _activity(event)

    def is_temporary(self, event: Any) -> bool:
        """Tell a soft bounce."""
        return _activity(event) == "soft_bounced"


def _activity(event: Any) -> str:
    data = forms.inner(event.esp_event.get("data"))
    return forms.text(data.get("type"), field="data.type")
