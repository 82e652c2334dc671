"""Mailjet: event webhooks, one event or a list of them per JSON request, signed by nobody."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from providers import forms, mail, mail_codes
from providers.base import Sample

# https://dev.mailjet.com/email/guides/webhooks/#possible-values-for-errors
CODES = {
    "user unknown": mail_codes.UNKNOWN,
    "mailbox inactive": mail_codes.DISABLED,
    "quota exceeded": mail_codes.FULL,
    "blacklisted": mail_codes.SUPPRESSED,
    "spam reporter": mail_codes.COMPLAINED,
    "typofix": mail_codes.DOMAIN,
    "relay/access denied": mail_codes.REFUSED,
    "greylisted": mail_codes.DELAYED,
    "sender blocked": mail_codes.SENDER,
    "content blocked": mail_codes.CONTENT,
    "policy issue": mail_codes.REFUSED,
    "system issue": mail_codes.DELAYED,
    "protocol issue": mail_codes.DELAYED,
    "connection issue": mail_codes.NO_ANSWER,
    "preblocked": mail_codes.SUPPRESSED,
    "duplicate in campaign": mail_codes.NOT_TRIED,
    "error in template language": mail_codes.NOT_TRIED,
}
# Permanent or not, which `hard_bounce` tells.
DOMAIN_ERRORS = ("invalid domain", "no mail host")


class Mailjet(mail.MailProvider):
    """A Mailjet account."""

    slug = "mailjet"
    label = "Mailjet"
    receipt_limit = mail.RECEIPT_LIMIT
    view = "mailjet.MailjetTrackingWebhookView"
    steps = (
        mail.PROOF_STEP,
        _(
            "In Mailjet, open Account settings, Event notifications (webhooks), and give the "
            "callback address for every event; events may be grouped."
        ),
    )
    sample = Sample(
        body='[{"event": "sent", "time": 1767268800, "MessageID": 1, "email": "test@example.com"}]'
    )
    credential_fields = (mail.SECRET,)
    codes = CODES

    def word(self, event: Any) -> str:
        """Return the error."""
        return forms.text(event.esp_event.get("error"), field="error")

    def is_temporary(self, event: Any) -> bool:
        """Tell a bounce that is said to be soft."""
        return event.esp_event.get("hard_bounce", True) in (False, 0, "0")

    def by_default(self, event: Any) -> FailureClass:
        """Tell a domain that may be put right from one that is gone."""
        if self.is_temporary(event) and self.word(event) in DOMAIN_ERRORS:
            return FailureClass.INVALID_DOMAIN
        return super().by_default(event)
