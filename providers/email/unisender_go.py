"""Unisender Go: events by user, with the proof as a field of the body."""

import hashlib
import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers import forms, mail, mail_codes, signing
from providers.base import (
    BadPayload,
    BadSignature,
    Callback,
    CredentialField,
    Credentials,
    Sample,
)

# https://godocs.unisender.ru/web-api-ref#callback-format
CODES = {
    "err_user_unknown": mail_codes.UNKNOWN,
    "err_user_inactive": mail_codes.DISABLED,
    "err_mailbox_discarded": mail_codes.DISABLED,
    "err_mailbox_full": mail_codes.FULL,
    "err_spam_rejected": mail_codes.SPAM,
    "err_blacklisted": mail_codes.REFUSED,
    "err_too_large": mail_codes.TOO_LARGE,
    "err_unsubscribed": mail_codes.UNSUBSCRIBED,
    "err_unreachable": mail_codes.NO_ANSWER,
    "err_will_retry": mail_codes.DELAYED,
    "err_skip_letter": mail_codes.NOT_TRIED,
    "err_domain_inactive": mail_codes.DOMAIN,
    "err_destination_misconfigured": mail_codes.NO_ANSWER,
    "err_delivery_failed": mail_codes.UNCLEAR,
    "err_spam_skipped": mail_codes.CONTENT,
    "err_lost": mail_codes.UNCLEAR,
}


class UnisenderGo(mail.MailProvider):
    """A user or project of Unisender Go."""

    slug = "unisender_go"
    label = "Unisender Go"
    methods = ("POST", "GET")
    receipt_limit = mail.RECEIPT_LIMIT
    view = "unisender_go.UnisenderGoTrackingWebhookView"
    key = "api_key"
    signs_always = True
    steps = (
        _(
            "In Unisender Go, open Settings, Webhooks, add the callback address, in the format "
            "JSON and with all statuses of e-mails."
        ),
        _("Copy the API key of the same user or project into the settings below: it signs."),
    )
    sample = Sample(
        body='{"auth": "test", "events_by_user": [{"user_id": 1, "events": [{"event_name": '
        '"transactional_email_status", "event_data": {"job_id": "test", "status": "delivered", '
        '"email": "test@example.com", "event_time": "2026-01-01 12:00:00"}}]}]}'
    )
    credential_fields = (
        CredentialField(key, _("API key"), _("Of the user or project."), secret=True),
        mail.SECRET,
    )
    codes = CODES

    def is_probe(self, callback: Callback) -> bool:
        """Tell the question that is asked when a webhook is made."""
        return callback.method == "GET"

    def check_key(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
        keys: list[bytes],
    ) -> None:
        """Check the MD5 of the body with the key in the place of the proof."""
        try:
            given = forms.text(forms.json_object(callback).get("auth"), field="auth")
        except BadPayload as error:
            raise BadSignature(str(error)) from error
        proofs = (_proof(callback.body.replace(given.encode(), key)) for key in keys)
        if not given or not signing.matches(given, proofs):
            raise BadSignature("auth: missing or does not match")

    def example(self, credentials: Credentials) -> Sample:
        """Return the sample with its proof, where the account has a key."""
        credentials = self.named(credentials)
        if not credentials.get(self.key):
            return self.sample
        body = json.loads(self.sample.body)
        key = signing.secrets(credentials, self.key)[0]
        body["auth"] = key.decode()
        body["auth"] = _proof(json.dumps(body).encode()).decode()
        return Sample(body=json.dumps(body))

    def prove(self, callback: Callback, key: bytes) -> dict[str, str]:  # noqa: ARG002 (in the body)
        """Return nothing more: the proof is in the body."""
        return {}

    def singles(self, callback: Callback) -> list[Callback]:
        """Cut the events of all users."""
        whole = forms.json_object(callback)
        return [
            mail.with_body(callback, {"events_by_user": [{"events": [event]}]})
            for user in mail.listed(whole.get("events_by_user"))
            for event in mail.listed(forms.inner(user).get("events"))
        ]

    def word(self, event: Any) -> str:
        """Return the state of the delivery."""
        info = forms.inner(event.esp_event.get("delivery_info"))
        return forms.text(info.get("delivery_status"), field="delivery_status")


def _proof(signed: bytes) -> bytes:
    return hashlib.md5(signed, usedforsecurity=False).hexdigest().encode()
