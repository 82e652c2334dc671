"""Telnyx: one JSON object for each message."""

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

API = "https://api.telnyx.com"
# Of the account, whatever the status: authentication, credit, messages disabled, the sender unfit
# (https://developers.telnyx.com/docs/messaging/messages/error-codes).
ACCOUNT_CODES = {"10009", "20100", "40312", "40314"}


class Telnyx(Submitter):
    """POST /v2/messages."""

    credential_fields = (
        CredentialField(
            "api_key", _("API key"), _("For sending: from Mission Control, API Keys."), secret=True
        ),
        CredentialField(
            "messaging_profile_id",
            _("Messaging profile"),
            _("For sending: its id, where the sender is a name and no number."),
        ),
        BASE_URL,
    )
    needs = ("api_key",)

    def submission(self, message: Text) -> Request:
        """Hand a message over (https://developers.telnyx.com/api/messaging/send-message)."""
        said = {
            "from": message.sender,
            "to": message.address,
            "text": message.text,
            "webhook_url": message.callback_url,
            "use_profile_webhooks": False,
        }
        if profile := self.credentials.get("messaging_profile_id"):
            said["messaging_profile_id"] = profile
        proof = {"Authorization": f"Bearer {secret(self.credentials, 'api_key')}"}
        return as_json(f"{base_url(self.credentials, API)}/v2/messages", said, proof)

    def ids(self, reply: Reply, message: Text) -> tuple[str, ...]:  # noqa: ARG002 (other kinds)
        """Read the id."""
        data = reply.fields().get("data")
        return (word(data.get("id")) if isinstance(data, dict) else "",)

    def refusal(self, reply: Reply) -> Refused:
        """Read the first error."""
        found = first(reply.fields().get("errors"))
        return Refused(word(found.get("code")), word(found.get("detail") or found.get("title")))

    def is_about_account(self, reply: Reply, said: Refused) -> bool:
        """Tell by the code where it is known: a 403 may be about one recipient only."""
        if said.code in ACCOUNT_CODES:
            return True
        return not said.code.startswith("40") and super().is_about_account(reply, said)
