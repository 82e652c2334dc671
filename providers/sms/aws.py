"""AWS End User Messaging SMS: events that an SNS topic posts, each as a text within an envelope."""

from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import Confirmation, InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import certificates, forms, moments, signing, sns
from providers.base import Callback, CredentialField, Credentials, Provider, Sample
from providers.codes import Code

BARRED = FailureClass.BARRED
NOT_CONNECTED = FailureClass.NOT_CONNECTED
OPTED_OUT = FailureClass.OPTED_OUT
OURS = FailureClass.SENDER_SIDE
REFUSED = FailureClass.REFUSED
UNDEFINED = FailureClass.UNDEFINED
UNKNOWN_NUMBER = FailureClass.USER_UNKNOWN
UNREACHABLE = FailureClass.UNREACHABLE

# https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html
# UNKNOWN moves nothing: no receipt came, and after 72 hours AWS says so.
STATUSES = {
    "QUEUED": MessageStatus.ACCEPTED,
    "PENDING": MessageStatus.ACCEPTED,
    "SENT": MessageStatus.SENT,
    "SUCCESSFUL": MessageStatus.DELIVERED,
    "DELIVERED": MessageStatus.DELIVERED,
    "SUCCESS": MessageStatus.DELIVERED,  # of the older log of SNS
    "FAILURE": MessageStatus.FAILED,
}
CODES = {
    "BLOCKED": Code(BARRED, _("The handset or the carrier blocks the message")),
    "CARRIER_BLOCKED": Code(BARRED, _("The carrier blocks the message")),
    "CARRIER_UNREACHABLE": Code(UNREACHABLE, _("The recipient's carrier does not answer")),
    "FAILURE": Code(UNDEFINED, _("Not delivered")),
    "INVALID": Code(UNKNOWN_NUMBER, _("Invalid recipient number")),
    "INVALID_MESSAGE": Code(OURS, _("Invalid text")),
    "MAX_PRICE_EXCEEDED": Code(OURS, _("Dearer than the highest price that was set")),
    "PROTECT_BLOCKED": Code(OURS, _("Blocked by the account's own protection rules")),
    "SPAM": Code(REFUSED, _("The carrier took the message for spam")),
    "TTL_EXPIRED": Code(FailureClass.EXPIRED, _("Validity ended")),
    "UNREACHABLE": Code(NOT_CONNECTED, _("Handset switched off or out of coverage")),
}
STATUSES |= dict.fromkeys(CODES, MessageStatus.FAILED)

# The description wins: AWS gives the same event for a phone that is off and one that opted out.
DESCRIPTIONS = (
    ("number is opted out", OPTED_OUT),
    ("is on a blocked list", OPTED_OUT),
    ("invalid phone number", UNKNOWN_NUMBER),
    ("blocked as spam", REFUSED),
    ("carrier has blocked", REFUSED),
    ("carrier is currently unreachable", UNREACHABLE),
    ("phone is currently unreachable", NOT_CONNECTED),
    ("phone has blocked", BARRED),
    ("exceed max price", OURS),
    ("body is invalid", OURS),
    ("unknown error attempting", UNDEFINED),
)


class Aws(Provider):
    """An AWS account whose configuration set sends its events to an SNS topic."""

    slug = "aws"
    label = "AWS End User Messaging SMS"
    # Then AWS itself says UNKNOWN
    # (https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html).
    receipt_limit = timedelta(hours=72)
    # https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets.html
    steps = (
        _(
            "In Amazon SNS, create a topic of type Standard, and copy its ARN into the "
            "settings below: requests of other topics are refused."
        ),
        _(
            "In AWS End User Messaging SMS, open Configuration sets, your set, Event "
            "destinations, and add the topic as destination of all SMS events."
        ),
        _(
            "In the SNS topic, click Create subscription, choose the protocol HTTPS, give the "
            "callback address as endpoint, and leave raw message delivery off."
        ),
        _(
            "Come back to this page and confirm the subscription: it is shown here as soon as "
            "SNS asks."
        ),
        _("For replies: in two-way SMS of your number, choose a topic with the same subscription."),
    )
    sample = Sample(
        body='{"Type": "Notification", "MessageId": "test", "TopicArn": "", "Message": '
        '"{\\"eventType\\": \\"TEXT_DELIVERED\\", \\"isFinal\\": true, '
        '\\"messageId\\": \\"test\\", \\"eventTimestamp\\": 1767268800000}"}',
        content_type="text/plain; charset=UTF-8",
    )
    credential_fields = (
        CredentialField(
            "topic_arns",
            _("Topic ARN"),
            _("Of the SNS topic that has this callback URL as a subscription."),
            secret=True,
        ),
    )
    codes = CODES
    fetch = staticmethod(certificates.fetch)

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check that the topic is ours, then the signature of SNS."""
        sns.check(callback, topics=signing.secrets(credentials, "topic_arns"))

    def subscription(self, callback: Callback) -> Confirmation | None:
        """Return the question of a topic whether to subscribe, or its word that it is over."""
        return sns.asked(callback)

    def confirm(self, confirmation: Confirmation, credentials: Credentials) -> None:
        """Subscribe this account's address to a topic of its own."""
        sns.confirm_asked(confirmation, credentials, fetch=self.fetch)

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterable[Report]:
        """Translate the event of an envelope; to confirm a subscription is an admin's to do."""
        envelope = forms.json_object(callback)
        if envelope.get("Type") in sns.CONFIRMATIONS:
            return ()
        # Raw delivery, which SNS does not sign, has no envelope.
        event = (
            forms.json_text(envelope["Message"], field="Message")
            if "Message" in envelope
            else envelope
        )
        if "messageBody" in event:
            return (_inbound(event, envelope),)
        return (_status(_older(event)),)


def _status(event: dict[str, Any]) -> StatusReport:
    message_id = forms.message_id(event.get("messageId"), field="messageId")
    given = event.get("eventType") or event.get("messageStatus")
    kind = forms.required(forms.text(given, field="eventType"), field="eventType")
    word = kind.upper().removeprefix("TEXT_")
    said = forms.text(event.get("messageStatusDescription"), field="messageStatusDescription")
    status = STATUSES.get(word)
    if event.get("isFinal") is False and status in (MessageStatus.DELIVERED, MessageStatus.FAILED):
        # The carrier has it, or AWS tries again: DELIVERED alone is always the end.
        status = status if word == "DELIVERED" else MessageStatus.SENT
    return StatusReport(
        provider_message_id=message_id,
        status=status,
        code=word[: forms.CODE_LENGTH],
        text=f"{kind}; {said}"[: forms.TEXT_LENGTH] if said else kind,
        occurred_at=moments.epoch(event.get("eventTimestamp"))
        or moments.iso(event.get("eventTimestamp"), zone=UTC),
        failure=_failure(word, said) if status is MessageStatus.FAILED else None,
        address=forms.text(
            event.get("destinationPhoneNumber"),
            field="destinationPhoneNumber",
            length=forms.ID_LENGTH,
        ),
        segments=forms.whole_number(event.get("totalMessageParts")),
        **_cost(event),
        network=forms.network(f"{event.get('mcc')}{event.get('mnc')}"),
        # Which of "delivered" and "successful" is said depends on the country, not on who knows.
        evidence=Evidence.CARRIER if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def _failure(word: str, said: str) -> FailureClass:
    description = said.lower()
    told = next((found for part, found in DESCRIPTIONS if part in description), None)
    return told or CODES[word].failure


def _cost(event: dict[str, Any]) -> dict[str, Any]:
    """Return what AWS and the carrier charge together, in dollars."""
    price = forms.price(event.get("totalMessagePrice"))
    if price is None:
        return {}
    return {"price": price + (forms.price(event.get("totalCarrierFee")) or 0), "currency": "USD"}


def _older(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event of Pinpoint, or of SNS' own log of deliveries, in today's names.

    Both are retired, and still met where the account has not moved.
    """
    if "attributes" in event:
        attributes = forms.inner(event["attributes"])
        return {
            "messageId": attributes.get("message_id"),
            "messageStatus": attributes.get("record_status"),
            "destinationPhoneNumber": attributes.get("destination_phone_number"),
            "totalMessageParts": attributes.get("number_of_message_parts"),
            "eventTimestamp": event.get("event_timestamp"),
            "messageStatusDescription": attributes.get("status"),
            "isFinal": event.get("event_type") != "_SMS.BUFFERED",
        }
    if "notification" in event:
        notification, log = forms.inner(event["notification"]), forms.inner(event.get("delivery"))
        return {
            "messageId": notification.get("messageId"),
            "messageStatus": event.get("status"),
            "destinationPhoneNumber": log.get("destination"),
            "totalMessageParts": log.get("numberOfMessageParts"),
            "totalMessagePrice": log.get("priceInUSD"),
            "mcc": log.get("mcc"),
            "mnc": log.get("mnc"),
            "eventTimestamp": notification.get("timestamp"),
            "messageStatusDescription": log.get("providerResponse"),
        }
    return event


def _inbound(event: dict[str, Any], envelope: dict[str, Any]) -> InboundReport:
    sender = forms.number(event.get("originationNumber"), field="originationNumber")
    return InboundReport(
        provider_message_id=forms.message_id(
            event.get("inboundMessageId"), field="inboundMessageId"
        ),
        address=forms.required(sender, field="originationNumber"),
        text=forms.text(event["messageBody"], field="messageBody", length=forms.BODY_LENGTH),
        recipient=forms.number(event.get("destinationNumber"), field="destinationNumber"),
        # A reply has no time of its own; it is published as it comes.
        occurred_at=moments.iso(envelope.get("Timestamp")),
    )
