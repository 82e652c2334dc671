"""MessageBird: one JSON object for each message, whose reports need a reference."""

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
    first,
    secret,
    word,
)

API = "https://rest.messagebird.com"
# Not of a message: request not allowed, no balance (https://developers.messagebird.com/api/#api-errors).
ACCOUNT_CODES = {"2", "25"}


class MessageBird(Submitter):
    """POST /messages."""

    credential_fields = (
        CredentialField(
            "access_key",
            _("Access key"),
            _("For sending: a live key of the developer settings."),
            secret=True,
        ),
        BASE_URL,
    )
    needs = ("access_key",)

    def submission(self, message: Text) -> Request:
        """Hand a message over (https://developers.messagebird.com/api/sms-messaging/)."""
        said = {
            "originator": message.sender.lstrip("+"),
            "recipients": [message.digits],
            "body": message.text,
            "datacoding": "unicode" if message.unicode else "plain",
            "reference": message.reference,
            "reportUrl": message.callback_url,
            "validity": max(message.seconds, 1),
        }
        proof = {"Authorization": f"AccessKey {secret(self.credentials, 'access_key')}"}
        return as_json(f"{base_url(self.credentials, API)}/messages", said, proof)

    def ids(self, reply: Reply, message: Text) -> tuple[str, ...]:  # noqa: ARG002 (other kinds)
        """Read the id."""
        return (word(reply.fields().get("id")),)

    def refusal(self, reply: Reply) -> Refused:
        """Read the first error."""
        found = first(reply.fields().get("errors"))
        return Refused(word(found.get("code")), word(found.get("description")))

    def is_about_account(self, reply: Reply, said: Refused) -> bool:
        """Tell by the code, which several statuses share."""
        return said.code in ACCOUNT_CODES or super().is_about_account(reply, said)
