"""Infobip: one message for each request, under the id that we give it."""

from django.utils.translation import gettext_lazy as _

from providers.base import CredentialField
from providers.submissions import (
    BASE_URL,
    Accepted,
    Outcome,
    Refused,
    Reply,
    Request,
    Submitter,
    Text,
    as_json,
    base_url,
    first,
    secret,
    short,
    word,
)

# "REJECTED": not taken, and not charged (https://www.infobip.com/docs/essentials/response-status-and-error-codes).
REJECTED = "5"


class Infobip(Submitter):
    """POST /sms/3/messages."""

    credential_fields = (
        CredentialField(
            "api_key", _("API key"), _("For sending: from the Infobip portal."), secret=True
        ),
        BASE_URL._replace(
            help_text=_("For sending: the account's own, such as https://xxxxx.api.infobip.com.")
        ),
    )
    needs = ("api_key", "base_url")

    def submission(self, message: Text) -> Request:
        """Hand a message over (https://www.infobip.com/docs/api/channels/sms)."""
        said = {
            "sender": message.sender,
            "destinations": [{"to": message.digits, "messageId": message.reference}],
            "content": {"text": message.text},
            "webhooks": {"delivery": {"url": message.callback_url}},
            "options": {
                "validityPeriod": {"amount": max(message.seconds // 60, 1), "timeUnit": "MINUTES"}
            },
        }
        proof = {"Authorization": f"App {secret(self.credentials, 'api_key')}"}
        return as_json(f"{base_url(self.credentials)}/sms/3/messages", {"messages": [said]}, proof)

    def ids(self, reply: Reply, message: Text) -> tuple[str, ...]:
        """Read the id of the message, which is ours unless Infobip chose another."""
        found = first(reply.fields().get("messages"))
        return (word(found.get("messageId")) or message.reference,) if found else ()

    def refusal(self, reply: Reply) -> Refused:
        """Read the exception of a request, in its two dialects."""
        found = reply.fields()
        error = found.get("requestError")
        inner = error.get("serviceException") if isinstance(error, dict) else None
        if isinstance(inner, dict):
            return Refused(word(inner.get("messageId")), word(inner.get("text")))
        return Refused(word(found.get("errorCode")), word(found.get("description")))

    def submitted(self, reply: Reply, message: Text) -> Outcome:
        """Say what an answer means: within a success the message may be rejected."""
        outcome = super().submitted(reply, message)
        status = first(reply.fields().get("messages")).get("status")
        if not isinstance(outcome, Accepted) or not isinstance(status, dict):
            return outcome
        if word(status.get("groupId")) != REJECTED:
            return outcome
        text = word(status.get("description")) or word(status.get("name"))
        return short(Refused(f"status {word(status.get('id'))}", text))
