"""Mailtrap: webhooks of up to 500 events, signed over the raw body where a secret is known."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from providers import forms, mail, mail_codes
from providers.base import Callback, CredentialField, Sample

# Categories of bounces, without their hyphens: https://docs.mailtrap.io/email-api-smtp/advanced/webhooks
CODES = {
    "badmailbox": mail_codes.UNKNOWN,
    "inactivemailbox": mail_codes.DISABLED,
    "quotaissues": mail_codes.FULL,
    "baddomain": mail_codes.DOMAIN,
    "spamrelated": mail_codes.SPAM,
    "policyrelated": mail_codes.REFUSED,
    "contentrelated": mail_codes.CONTENT,
    "virusrelated": mail_codes.CONTENT,
    "messageexpired": mail_codes.EXPIRED,
    "noanswerfromhost": mail_codes.NO_ANSWER,
    "badconnection": mail_codes.NO_ANSWER,
    "routingerrors": mail_codes.NO_ANSWER,
    "suppression": mail_codes.SUPPRESSED,
}


class Mailtrap(mail.SignedBody):
    """A Mailtrap account."""

    slug = "mailtrap"
    label = "Mailtrap"
    receipt_limit = mail.RECEIPT_LIMIT
    view = "mailtrap.MailtrapTrackingWebhookView"
    header = "Mailtrap-Signature"
    key = "tracking_secret"
    steps = (
        _(
            "In Mailtrap, open Settings, Webhooks, create a webhook for e-mail sending with the "
            "callback address, in the format JSON and with all events."
        ),
        _("Copy its signature secret into the settings below."),
    )
    sample = Sample(
        body='{"events": [{"event": "delivery", "message_id": "test", "event_id": "test", '
        '"email": "test@example.com", "timestamp": 1767268800}]}'
    )
    credential_fields = (
        CredentialField(key, _("Signature secret"), _("Of the webhook."), secret=True),
        mail.SECRET,
    )
    codes = CODES

    def singles(self, callback: Callback) -> list[Callback]:
        """Cut the list of events."""
        events = mail.listed(forms.json_object(callback).get("events"))
        return [mail.with_body(callback, {"events": [event]}) for event in events]

    def word(self, event: Any) -> str:
        """Return the category of a bounce, or that the address is on Mailtrap's list."""
        reason = forms.text(event.esp_event.get("reason"), field="reason")
        if "suppression" in reason.lower():
            return "suppression"
        category = event.esp_event.get("bounce_category")
        return forms.text(category, field="bounce_category").replace("-", "")

    def reply(self, event: Any) -> str:
        """Return the code of the answer."""
        return forms.text(event.esp_event.get("response_code"), field="response_code")
