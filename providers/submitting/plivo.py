"""Plivo: one JSON object for each message."""

from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from providers.base import CredentialField
from providers.submissions import (
    BASE_URL,
    Refused,
    Reply,
    Request,
    Submitter,
    Text,
    as_json,
    base_url,
    basic,
    secret,
    word,
    words,
)

API = "https://api.plivo.com"
# message_expiry, in seconds.
LEAST_SECONDS, MOST_SECONDS = 5, 10_800


class Plivo(Submitter):
    """POST /v1/Account/{auth_id}/Message/."""

    credential_fields = (
        CredentialField(
            "auth_id",
            _("Auth ID"),
            _("For sending: from the Plivo console, beside the auth token."),
        ),
        BASE_URL,
    )
    needs = ("auth_id", "auth_token")

    def submission(self, message: Text) -> Request:
        """Hand a message over (https://www.plivo.com/docs/messaging/api/message/send-a-message)."""
        auth_id = str(self.credentials.get("auth_id", ""))
        said = {
            "src": message.sender,
            "dst": message.digits,
            "text": message.text,
            "url": message.callback_url,
            "method": "POST",
            "message_expiry": min(max(message.seconds, LEAST_SECONDS), MOST_SECONDS),
        }
        password = secret(self.credentials, "auth_token")
        proof = basic(auth_id, password)
        path = f"/v1/Account/{quote(auth_id, safe='')}/Message/"
        return as_json(f"{base_url(self.credentials, API)}{path}", said, proof)

    def ids(self, reply: Reply, message: Text) -> tuple[str, ...]:  # noqa: ARG002 (other kinds)
        """Read the UUID, which stands in a list."""
        return tuple(words(reply.fields().get("message_uuid")))

    def refusal(self, reply: Reply) -> Refused:
        """Read the error, which has no code."""
        return Refused("", word(reply.fields().get("error")))
