"""SparkPost: webhooks, a list of events, signed by nobody."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from providers import forms, mail, mail_codes
from providers.base import Sample

# https://support.sparkpost.com/docs/deliverability/bounce-classification-codes
CODES = {
    "1": mail_codes.UNCLEAR,
    "10": mail_codes.UNKNOWN,
    "20": mail_codes.DELAYED,
    "21": mail_codes.DOMAIN,
    "22": mail_codes.FULL,
    "23": mail_codes.TOO_LARGE,
    "24": mail_codes.EXPIRED,
    "25": mail_codes.NOT_TRIED,
    "30": mail_codes.UNKNOWN,
    "40": mail_codes.UNCLEAR,
    "50": mail_codes.REFUSED,
    "51": mail_codes.SPAM,
    "52": mail_codes.SPAM,
    "53": mail_codes.CONTENT,
    "54": mail_codes.REFUSED,
    "70": mail_codes.DELAYED,
    "suppressed": mail_codes.SUPPRESSED,
    "policy_rejection": mail_codes.NOT_TRIED,
}


class SparkPost(mail.MailProvider):
    """A SparkPost account."""

    slug = "sparkpost"
    label = "SparkPost"
    receipt_limit = mail.RECEIPT_LIMIT
    view = "sparkpost.SparkPostTrackingWebhookView"
    steps = (
        mail.PROOF_STEP,
        _(
            "In SparkPost, open Configuration, Webhooks, create a webhook with the callback "
            "address as target, with basic authentication and all events but those of relays."
        ),
    )
    sample = Sample(
        body='[{"msys": {"message_event": {"type": "delivery", "timestamp": "1767268800", '
        '"transmission_id": "1", "raw_rcpt_to": "test@example.com"}}}]'
    )
    credential_fields = (mail.SECRET,)
    codes = CODES

    def word(self, event: Any) -> str:
        """Return the class of a bounce, or that the address is on SparkPost's list."""
        said = _event(event)
        reason = forms.text(said.get("raw_reason"), field="raw_reason")
        if "suppress" in reason.lower():
            return "suppressed"
        kind = said.get("bounce_class") or said.get("type")
        return forms.text(kind, field="bounce_class")

    def reply(self, event: Any) -> str:
        """Return the code of the answer."""
        return forms.text(_event(event).get("error_code"), field="error_code")


def _event(event: Any) -> dict[str, Any]:
    """Return the event within its class."""
    return next(map(forms.inner, forms.inner(event.esp_event.get("msys")).values()), {})
