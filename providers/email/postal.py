"""Postal: one event per JSON request, signed with the RSA key of the installation."""

from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from providers import forms, mail, mail_codes, signing
from providers.base import BadSignature, Callback, CredentialField, Credentials, Sample


class Postal(mail.MailProvider):
    """A mail server of a Postal installation."""

    slug = "postal"
    label = "Postal"
    receipt_limit = mail.RECEIPT_LIMIT
    view = "postal.PostalTrackingWebhookView"
    key = "webhook_key"
    signs_always = True
    steps = (
        _(
            "In Postal, open the mail server, Webhooks, and add the callback address for all "
            "events."
        ),
        _(
            "Print the public key with “postal default-dkim-record”, and copy what follows p= "
            "into the settings below."
        ),
    )
    sample = Sample(
        body='{"event": "MessageSent", "timestamp": 1767268800, "payload": {"status": "Sent", '
        '"message": {"message_id": "test", "id": 1, "to": "test@example.com"}}}'
    )
    credential_fields = (
        CredentialField(
            key, _("Public key"), _("In base64, of the installation's DKIM record."), secret=True
        ),
        mail.SECRET,
    )

    def check_key(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
        keys: list[bytes],
    ) -> None:
        """Check the signature over the raw body."""
        proof = signing.decoded(callback.header("x-postal-signature"))
        for key in keys:
            public = _public(key)
            try:
                if public:
                    public.verify(proof, callback.body, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
                    return
            except InvalidSignature:
                continue
        raise BadSignature("X-Postal-Signature: missing or does not match")

    def by_default(self, event: Any) -> FailureClass:
        """Tell a mailbox that is refused for good from what was never tried."""
        told = mail_codes.answer(forms.text(event.mta_response, field="output"))
        if event.event_type == "failed" and told.code.startswith("5"):
            return FailureClass.USER_UNKNOWN
        return super().by_default(event)

    def singles(self, callback: Callback) -> list[Callback]:
        """Return the callback: it holds one event."""
        return [callback]


@lru_cache(maxsize=64)
def _public(key: bytes) -> rsa.RSAPublicKey | None:
    try:
        found = serialization.load_der_public_key(signing.decoded(b"".join(key.split())))
    except ValueError:
        return None
    return found if isinstance(found, rsa.RSAPublicKey) else None
