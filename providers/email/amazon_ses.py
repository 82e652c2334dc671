"""Amazon SES: events that an SNS topic posts, each as a text within an envelope."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from messaging.reports import Confirmation, Report
from providers import certificates, forms, mail, mail_codes, signing, sns
from providers.base import (
    BadPayload,
    BadSignature,
    Callback,
    CredentialField,
    Credentials,
    Sample,
)

TOPICS = "topic_arns"
# https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types
CODES = {
    "NoEmail": mail_codes.UNKNOWN,
    "Suppressed": mail_codes.SUPPRESSED,
    "OnAccountSuppressionList": mail_codes.SUPPRESSED,
    "UnsubscribedRecipient": mail_codes.UNSUBSCRIBED,
    "MailboxFull": mail_codes.FULL,
    "MessageTooLarge": mail_codes.TOO_LARGE,
    "CustomTimeoutExceeded": mail_codes.EXPIRED,
    "ContentRejected": mail_codes.CONTENT,
    "AttachmentRejected": mail_codes.CONTENT,
    "Undetermined": mail_codes.UNCLEAR,
    "Reject": mail_codes.CONTENT,
}
PERMANENT = "Permanent"


class AmazonSes(mail.MailProvider):
    """An AWS account whose configuration set publishes its events to an SNS topic."""

    slug = "amazon_ses"
    label = "Amazon SES"
    receipt_limit = mail.RECEIPT_LIMIT
    view = "amazon_ses.AmazonSESTrackingWebhookView"
    # https://docs.aws.amazon.com/ses/latest/dg/event-publishing-add-event-destination-sns.html
    steps = (
        _(
            "In Amazon SNS, create a topic of type Standard, and copy its ARN into the "
            "settings below: requests of other topics are refused."
        ),
        _(
            "In Amazon SES, open Configuration sets, your set, Event destinations, and add the "
            "topic as destination of deliveries, bounces, complaints, rejects and delays."
        ),
        _(
            "In the SNS topic, click Create subscription, choose the protocol HTTPS, give the "
            "callback address as endpoint, and leave raw message delivery off."
        ),
        _(
            "Come back to this page and confirm the subscription: it is shown here as soon as "
            "SNS asks."
        ),
    )
    sample = Sample(
        body='{"Type": "Notification", "MessageId": "test", "TopicArn": "", "Message": '
        '"{\\"eventType\\": \\"Delivery\\", \\"mail\\": {\\"messageId\\": \\"test\\"}, '
        '\\"delivery\\": {\\"recipients\\": [\\"test@example.com\\"]}}"}',
        content_type="text/plain; charset=UTF-8",
    )
    credential_fields = (
        CredentialField(
            TOPICS,
            _("Topic ARN"),
            _("Of the SNS topic that has this callback URL as a subscription."),
            secret=True,
        ),
        mail.SECRET,
    )
    codes = CODES
    fetch = staticmethod(certificates.fetch)

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check user and password, then the signature of SNS where the account names topics."""
        super().check_signature(callback, credentials)
        credentials = self.named(credentials)
        if credentials.get(TOPICS):
            sns.check(callback, topics=signing.secrets(credentials, TOPICS))
            return
        try:
            envelope = forms.json_object(callback)
        except BadPayload as error:
            raise BadSignature(str(error)) from error
        for header, name in HEADERS.items():
            if not envelope.get(name) or callback.header(header) != envelope[name]:
                raise BadSignature(f"{header}: missing, or not that of the body")
        if envelope["Type"] != "Notification" and not credentials.get(mail.SECRET.name):
            # Whoever may subscribe us must be known: anybody's topic can ask.
            raise BadSignature(f"{TOPICS}: not configured for this account")

    def sign(self, callback: Callback, credentials: Credentials) -> dict[str, str] | None:
        """Write the headers of SNS; None where its signature is owed, which only it can make."""
        if credentials.get(TOPICS):
            return None
        envelope = forms.json_object(callback)
        headers = {header: str(envelope[name]) for header, name in HEADERS.items()}
        return headers | (super().sign(callback, credentials) or {})

    def subscription(self, callback: Callback) -> Confirmation | None:
        """Return the question of a topic whether to subscribe, or its word that it is over."""
        return sns.asked(callback)

    def confirm(self, confirmation: Confirmation, credentials: Credentials) -> None:
        """Subscribe this account's address to a topic of its own."""
        sns.confirm_asked(confirmation, credentials, fetch=self.fetch)

    def reports(self, callback: Callback, credentials: Credentials) -> Iterable[Report]:
        """Translate the event of an envelope; to confirm a subscription is an admin's to do."""
        if forms.json_object(callback).get("Type") in sns.CONFIRMATIONS:
            return ()
        return super().reports(callback, credentials)

    def word(self, event: Any) -> str:
        """Return the sub-type of a bounce, or the type of another event."""
        bounce = forms.inner(event.esp_event.get("bounce"))
        word = bounce.get("bounceSubType") or event.esp_event.get("eventType")
        return forms.text(word, field="bounceSubType")

    def is_temporary(self, event: Any) -> bool:
        """Tell a bounce that is not permanent."""
        bounce = forms.inner(event.esp_event.get("bounce"))
        return bool(bounce) and bounce.get("bounceType") != PERMANENT


HEADERS = {"x-amz-sns-message-type": "Type", "x-amz-sns-message-id": "MessageId"}
