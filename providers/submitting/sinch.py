"""Sinch SMS: a batch of one for each message."""

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
    secret,
    word,
)

API = "https://us.sms.api.sinch.com"


class Sinch(Submitter):
    """POST /xms/v1/{service_plan_id}/batches."""

    credential_fields = (
        CredentialField(
            "service_plan_id",
            _("Service plan ID"),
            _("For sending: from the Sinch dashboard, under SMS, Service APIs."),
        ),
        CredentialField(
            "api_token", _("API token"), _("For sending: of the service plan."), secret=True
        ),
        BASE_URL._replace(
            help_text=_("That of your region, such as https://eu.sms.api.sinch.com. Default: us.")
        ),
    )
    needs = ("service_plan_id", "api_token")

    def submission(self, message: Text) -> Request:
        """Hand a message over (https://developers.sinch.com/docs/sms/api-reference/sms/batches)."""
        plan = quote(str(self.credentials.get("service_plan_id", "")), safe="")
        said = {
            "from": message.sender.lstrip("+"),
            "to": [message.digits],
            "body": message.text,
            "delivery_report": "per_recipient",
            "callback_url": message.callback_url,
            "client_reference": message.reference,
        }
        proof = {"Authorization": f"Bearer {secret(self.credentials, 'api_token')}"}
        return as_json(f"{base_url(self.credentials, API)}/xms/v1/{plan}/batches", said, proof)

    def ids(self, reply: Reply, message: Text) -> tuple[str, ...]:  # noqa: ARG002 (other kinds)
        """Read the id of the batch, under which its one message is reported on."""
        return (word(reply.fields().get("id")),)

    def refusal(self, reply: Reply) -> Refused:
        """Read code and text."""
        found = reply.fields()
        return Refused(word(found.get("code")), word(found.get("text")))
