"""Mailgun: one event per request, with its signature among the fields of the body."""

import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers import forms, mail, mail_codes, mail_events, signing
from providers.base import (
    BadPayload,
    BadSignature,
    Callback,
    CredentialField,
    Credentials,
    Sample,
)

# Reasons of events: https://documentation.mailgun.com/docs/mailgun/user-manual/events/
CODES = {
    "suppress-bounce": mail_codes.SUPPRESSED,
    "suppress-complaint": mail_codes.COMPLAINED,
    "suppress-unsubscribe": mail_codes.UNSUBSCRIBED,
    "espblock": mail_codes.REFUSED,
}


class Mailgun(mail.MailProvider):
    """A Mailgun account."""

    slug = "mailgun"
    label = "Mailgun"
    receipt_limit = mail.RECEIPT_LIMIT
    view = "mailgun.MailgunTrackingWebhookView"
    key = "webhook_signing_key"
    signs_always = True
    steps = (
        _(
            "In Mailgun, open Send, Sending, Webhooks, choose the domain, and add the callback "
            "address for every type of event."
        ),
        _("Copy the HTTP webhook signing key from the same page into the settings below."),
    )
    sample = Sample(
        body='{"signature": {}, "event-data": {"event": "delivered", "timestamp": 1767268800.0, '
        '"recipient": "test@example.com", "message": {"headers": {"message-id": "test"}}}}'
    )
    credential_fields = (
        CredentialField(
            key,
            _("Webhook signing key"),
            _("HTTP webhook signing key of the account."),
            secret=True,
        ),
        CredentialField(
            "api_key", _("API key"), _("Only where it still signs webhooks."), secret=True
        ),
        mail.SECRET,
    )
    codes = CODES

    def named(self, credentials: Credentials) -> dict[str, Any]:
        """Return credentials by our names; an API key stands in for a signing key."""
        found = super().named(credentials)
        standing_in = found.get("api_key")
        return found if found.get(self.key) or not standing_in else found | {self.key: standing_in}

    def check_key(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
        keys: list[bytes],
    ) -> None:
        """Check the HMAC of time and token."""
        fields = _signature(callback)
        message = (fields.get("timestamp", "") + fields.get("token", "")).encode()
        proofs = (signing.hmac_hex(message, key=key, digest="sha256") for key in keys)
        if not message or not signing.matches(fields.get("signature", ""), proofs):
            raise BadSignature("signature: missing or does not match")

    def example(self, credentials: Credentials) -> Sample:
        """Return the sample with a signature in it, where the account has a key."""
        body = json.loads(self.sample.body)
        credentials = self.named(credentials)
        if credentials.get(self.key):
            key = signing.secrets(credentials, self.key)[0]
            proof = signing.hmac_hex(b"1767268800test", key=key, digest="sha256").decode()
            body["signature"] = {"timestamp": "1767268800", "token": "test", "signature": proof}
        return Sample(body=json.dumps(body))

    def prove(self, callback: Callback, key: bytes) -> dict[str, str]:  # noqa: ARG002 (in the body)
        """Return nothing more: the proof is in the body."""
        return {}

    def singles(self, callback: Callback) -> list[Callback]:
        """Return the callback: it holds one event."""
        return [callback]

    def word(self, event: Any) -> str:
        """Return the reason."""
        return forms.text(_data(event).get("reason"), field="reason")

    def reply(self, event: Any) -> str:
        """Return the code of the delivery."""
        data = _data(event)
        status = forms.inner(data.get("delivery-status"))
        return forms.text(status.get("code") or data.get("code"), field="code")


def _data(event: Any) -> Any:
    """Return the event, in the form of today or of before 2018."""
    return event.esp_event.get("event-data", event.esp_event)


def _signature(callback: Callback) -> dict[str, str]:
    try:
        if forms.media_type(callback) == forms.JSON:
            found = forms.inner(forms.json_object(callback).get("signature"))
        else:
            found = mail_events.form(callback)
        return {
            name: forms.text(found.get(name), field=name, length=1024)
            for name in ("timestamp", "token", "signature")
        }
    except BadPayload as error:
        raise BadSignature(str(error)) from error
