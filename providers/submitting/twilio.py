"""Twilio: one form for each message, to the account's Messages."""

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
    as_form,
    base_url,
    basic,
    secret,
    word,
)

API = "https://api.twilio.com"
# ValidityPeriod, in seconds (https://www.twilio.com/docs/messaging/api/message-resource).
LEAST_SECONDS, MOST_SECONDS = 1, 36_000
# Of the account, whatever the status it comes with: account suspended, trial, sender unusable.
ACCOUNT_CODES = {"20003", "20005", "20006", "20403", "20404", "30002"}


class Twilio(Submitter):
    """POST /2010-04-01/Accounts/{sid}/Messages.json."""

    credential_fields = (
        CredentialField(
            "account_sid",
            _("Account SID"),
            _("For sending: from the Twilio console, beside the auth token."),
        ),
        CredentialField(
            "messaging_service_sid",
            _("Messaging service"),
            _("For sending: its SID, where it chooses the sender instead of the delivery."),
        ),
        BASE_URL,
    )
    needs = ("account_sid", "auth_token")

    def submission(self, message: Text) -> Request:
        """Hand a message over; the auth token is the same that signs the callbacks."""
        sid = str(self.credentials.get("account_sid", ""))
        service = str(self.credentials.get("messaging_service_sid") or "")
        sender = {"MessagingServiceSid": service} if service else {"From": message.sender}
        said = {
            "To": message.address,
            **sender,
            "Body": message.text,
            "StatusCallback": message.callback_url,
            "ValidityPeriod": str(min(max(message.seconds, LEAST_SECONDS), MOST_SECONDS)),
        }
        password = secret(self.credentials, "auth_token")
        proof = basic(sid, password)
        path = f"/2010-04-01/Accounts/{quote(sid, safe='')}/Messages.json"
        return as_form(f"{base_url(self.credentials, API)}{path}", said, proof)

    def ids(self, reply: Reply, message: Text) -> tuple[str, ...]:  # noqa: ARG002 (other kinds)
        """Read the SID."""
        return (word(reply.fields().get("sid")),)

    def refusal(self, reply: Reply) -> Refused:
        """Read the error (https://www.twilio.com/docs/usage/twilios-response)."""
        found = reply.fields()
        return Refused(word(found.get("code")), word(found.get("message")))

    def is_about_account(self, reply: Reply, said: Refused) -> bool:
        """Tell by the code where there is one: a 403 may be about one country only."""
        if said.code:
            return said.code in ACCOUNT_CODES
        return super().is_about_account(reply, said)
