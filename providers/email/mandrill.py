"""Mandrill: a form with a list of events in it, signed with its address and all its fields."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

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

EVENTS = "mandrill_events"
# Bounces and rejections: https://mailchimp.com/developer/transactional/docs/webhooks/
CODES = {
    "bad_mailbox": mail_codes.UNKNOWN,
    "invalid_domain": mail_codes.DOMAIN,
    "mailbox_full": mail_codes.FULL,
    "hard-bounce": mail_codes.SUPPRESSED,
    "soft-bounce": mail_codes.DELAYED,
    "spam": mail_codes.COMPLAINED,
    "unsub": mail_codes.UNSUBSCRIBED,
    "custom": mail_codes.SUPPRESSED,
    "invalid": mail_codes.MALFORMED,
    "invalid-sender": mail_codes.SENDER,
    "unsigned": mail_codes.SENDER,
    "test-mode-limit": mail_codes.NOT_TRIED,
    "rule": mail_codes.NOT_TRIED,
}


class Mandrill(mail.MailProvider):
    """A Mandrill account."""

    slug = "mandrill"
    label = "Mandrill"
    methods = ("POST", "HEAD")
    receipt_limit = mail.RECEIPT_LIMIT
    view = "mandrill.MandrillCombinedWebhookView"
    key = "webhook_key"
    signs_always = True
    steps = (
        _(
            "In Mandrill, open Settings, Webhooks, add a webhook with the callback address, and "
            "choose all events of messages."
        ),
        _("Copy the key that is shown beside the webhook into the settings below."),
    )
    sample = Sample(
        body=urlencode(
            {
                EVENTS: '[{"event": "delivered", "_id": "test", "ts": 1767268800, '
                '"msg": {"_id": "test", "email": "test@example.com"}}]'
            }
        ),
        content_type=forms.FORM,
    )
    credential_fields = (
        CredentialField(key, _("Key"), _("Of the webhook."), secret=True),
        CredentialField(
            "webhook_url",
            _("Address as Mandrill has it"),
            _("Only where it is another than the callback address: it is part of the signature."),
        ),
        mail.SECRET,
    )
    codes = CODES

    def is_probe(self, callback: Callback) -> bool:
        """Tell the questions that are asked when a webhook is made: a HEAD, or no events at all."""
        return callback.method == "HEAD" or callback.body == f"{EVENTS}=%5B%5D".encode()

    def check_key(self, callback: Callback, credentials: Credentials, keys: list[bytes]) -> None:
        """Check the HMAC-SHA1 of address and fields; what it covers must be readable, too."""
        try:
            message = _signed(callback)
        except BadPayload as error:
            raise BadSignature(str(error)) from error
        proofs = (
            signing.hmac_base64(url.encode("utf-8", "replace") + message, key=key, digest="sha1")
            for url in _addresses(callback, credentials)
            for key in keys
        )
        if not signing.matches(callback.header("x-mandrill-signature"), proofs):
            raise BadSignature("X-Mandrill-Signature: missing or does not match")

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str] | None:
        """Sign under the address that the account has at Mandrill."""
        credentials = self.named(credentials)
        key = signing.secrets(credentials, self.key)[0]
        [url, *_others] = _addresses(callback, credentials)
        proof = signing.hmac_base64(url.encode() + _signed(callback), key=key, digest="sha1")
        return mail.user_header(credentials) | {"X-Mandrill-Signature": proof.decode()}

    def singles(self, callback: Callback) -> list[Callback]:
        """Cut the list of events."""
        found = forms.json_text_list(mail_events.form(callback).get(EVENTS), field=EVENTS)
        return [mail.with_form(callback, {EVENTS: json.dumps([event])}) for event in found]

    def happened(self, event: Any) -> str:
        """Tell a delivery, which Mandrill has told apart from sending since 2023."""
        is_new = event.esp_event.get("event") == "delivered"
        return "delivered" if is_new else super().happened(event)

    def word(self, event: Any) -> str:
        """Return why a message bounced, or was not sent."""
        message = forms.inner(event.esp_event.get("msg"))
        reject = forms.inner(message.get("reject"))
        return forms.text(
            message.get("bounce_description") or reject.get("reason"), field="bounce_description"
        )

    def is_temporary(self, event: Any) -> bool:
        """Tell a soft bounce."""
        return bool(event.esp_event.get("event") == "soft_bounce")


def _signed(callback: Callback) -> bytes:
    fields = mail_events.form(callback)
    forms.json_text_list(fields.get(EVENTS), field=EVENTS)
    text = "".join(name + value for name, value in sorted(fields.items()))
    return text.encode("utf-8", "replace")


def _addresses(callback: Callback, credentials: Credentials) -> Iterator[str]:
    """Yield the addresses that Mandrill may have: its own user and password belong to it."""
    url = credentials.get("webhook_url") or callback.url
    if user := mail.user_of(callback):
        scheme, _colon, rest = url.partition("://")
        yield f"{scheme}://{user}@{rest}"
    yield url
