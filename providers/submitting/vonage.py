"""Vonage: one JSON object for each message, to the Messages API."""

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
)

API = "https://api.nexmo.com"
LEAST_SECONDS = 20


class Vonage(Submitter):
    """POST /v1/messages, whose receipts come as the Messages API's."""

    credential_fields = (
        CredentialField("api_key", _("API key"), _("For sending: from the Vonage dashboard.")),
        CredentialField(
            "api_secret", _("API secret"), _("For sending: of the API key."), secret=True
        ),
        BASE_URL,
    )
    needs = ("api_key", "api_secret")

    def submission(self, message: Text) -> Request:
        """Hand a message over, under our reference (https://developer.vonage.com/en/api/messages)."""
        said = {
            "message_type": "text",
            "channel": "sms",
            "to": message.digits,
            "from": message.sender.lstrip("+"),
            "text": message.text,
            "client_ref": message.reference,
            "ttl": max(message.seconds, LEAST_SECONDS),
            "webhook_url": message.callback_url,
            "webhook_version": "v1",
        }
        key, password = self.credentials.get("api_key", ""), secret(self.credentials, "api_secret")
        proof = basic(key, password)
        return as_json(f"{base_url(self.credentials, API)}/v1/messages", said, proof)

    def ids(self, reply: Reply, message: Text) -> tuple[str, ...]:  # noqa: ARG002 (other kinds)
        """Read the UUID."""
        return (word(reply.fields().get("message_uuid")),)

    def refusal(self, reply: Reply) -> Refused:
        """Read a problem: its number stands at the end of its address, or is its title."""
        found = reply.fields()
        number = word(found.get("type")).rpartition("#")[2]
        code = number if number.isdigit() else word(found.get("title"))
        return Refused(code, word(found.get("detail")) or word(found.get("title")))
