"""Resend: one event per JSON request, signed as Standard Webhooks where a secret is known."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from providers import forms, mail, mail_codes, standard_webhooks
from providers.base import Callback, CredentialField, Credentials, Sample

# https://resend.com/docs/dashboard/emails/email-bounces
CODES = {
    "NoEmail": mail_codes.UNKNOWN,
    "Suppressed": mail_codes.SUPPRESSED,
    "OnAccountSuppressionList": mail_codes.SUPPRESSED,
    "MailboxFull": mail_codes.FULL,
    "MessageTooLarge": mail_codes.TOO_LARGE,
    "ContentRejected": mail_codes.CONTENT,
    "AttachmentRejected": mail_codes.CONTENT,
    "Undetermined": mail_codes.UNCLEAR,
}
# Where it gives no types, its sentence tells: https://resend.com/docs/dashboard/webhooks/event-types
SENTENCES = (
    ("suppressed sending", "Suppressed"),
    ("inbox was full", "MailboxFull"),
    ("message was too large", "MessageTooLarge"),
)
SUPPRESSED = "email.suppressed"
UNSENT = {SUPPRESSED: "rejected", "email.failed": "failed"}


class Resend(mail.MailProvider):
    """A Resend account."""

    slug = "resend"
    label = "Resend"
    receipt_limit = mail.RECEIPT_LIMIT
    view = "resend.ResendTrackingWebhookView"
    key = "signing_secret"
    steps = (
        _(
            "In Resend, open Webhooks, add a webhook with the callback address, and choose all "
            "events of e-mails."
        ),
        _("Copy its signing secret, which begins with whsec_, into the settings below."),
    )
    sample = Sample(
        body='{"type": "email.delivered", "created_at": "2026-01-01T12:00:00.000Z", '
        '"data": {"email_id": "test", "to": ["test@example.com"]}}'
    )
    credential_fields = (
        CredentialField(key, _("Signing secret"), _("Of the webhook."), secret=True),
        mail.SECRET,
    )
    codes = CODES

    def check_key(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
        keys: list[bytes],
    ) -> None:
        """Check the signature of Standard Webhooks."""
        standard_webhooks.check(callback, secrets=keys)

    def prove(self, callback: Callback, key: bytes) -> dict[str, str]:
        """Sign as Standard Webhooks does."""
        return standard_webhooks.sign(callback, secret=key)

    def singles(self, callback: Callback) -> list[Callback]:
        """Return the callback: it holds one event."""
        return [callback]

    def happened(self, event: Any) -> str:
        """Tell what Resend itself did not send, too."""
        return UNSENT.get(event.esp_event.get("type"), super().happened(event))

    def word(self, event: Any) -> str:
        """Return the sub-type of a bounce, or what its sentence tells."""
        if event.esp_event.get("type") == SUPPRESSED:
            return "Suppressed"
        bounce = _bounce(event)
        kind = forms.text(bounce.get("subType"), field="subType")
        said = forms.text(bounce.get("message"), field="message")
        return next((word for part, word in SENTENCES if part in said), kind)

    def is_temporary(self, event: Any) -> bool:
        """Tell a bounce that need not be the last word."""
        bounce = _bounce(event)
        kind = bounce.get("type")
        return bool(bounce) and (
            kind != "Permanent" if kind else "general bounce" in str(bounce.get("message"))
        )

    def by_default(self, event: Any) -> FailureClass:
        """Take its type for what a bounce means, before the sentence that anymail knows."""
        if _bounce(event).get("type"):
            return FailureClass.USER_UNKNOWN
        return super().by_default(event)


def _bounce(event: Any) -> dict[str, Any]:
    return forms.inner(forms.inner(event.esp_event.get("data")).get("bounce"))
