"""Telnyx: message events as JSON, a status for each recipient, signed with Ed25519."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass
from messaging.reports import InboundReport, Report, StatusReport
from messaging.statuses import Evidence, MessageStatus
from providers import batches, forms, moments, signing
from providers.base import RECEIPT_LIMIT, Callback, CredentialField, Credentials, Provider, Sample
from providers.codes import Code

OURS = FailureClass.SENDER_SIDE
REFUSED = FailureClass.REFUSED
UNREACHABLE = FailureClass.UNREACHABLE

STATUSES = {
    "queued": MessageStatus.ACCEPTED,
    "sending": MessageStatus.SENT,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "sending_failed": MessageStatus.FAILED,
    "delivery_failed": MessageStatus.FAILED,
    "expired": MessageStatus.FAILED,
    # "delivery_unconfirmed" moves nothing: no receipt came, so nobody knows.  "cancelled" neither:
    # it was done on our side.
}

# https://developers.telnyx.com/docs/messaging/messages/error-codes and
# https://support.telnyx.com/en/articles/6505121-telnyx-messaging-error-codes
CODES = {
    "40001": Code(FailureClass.LANDLINE, _("A landline, or a number without a route")),
    "40002": Code(REFUSED, _("Blocked as spam for a while")),
    "40003": Code(
        OURS,
        _("The sender is blocked as spam"),
        _("The carrier has blocked the number that sends, not the one that receives."),
        _("Send from another number and ask Telnyx to appeal."),
    ),
    "40004": Code(REFUSED, _("Rejected by the destination")),
    "40005": Code(FailureClass.EXPIRED, _("Expired on the way")),
    "40006": Code(UNREACHABLE, _("The recipient's carrier does not answer")),
    "40007": Code(OURS, _("The message went in circles")),
    "40008": Code(FailureClass.UNDEFINED, _("The carrier did not accept the message")),
    "40009": Code(OURS, _("Invalid text")),
    "40010": Code(OURS, _("US 10DLC: the number is not registered")),
    "40011": Code(OURS, _("Too many messages for the carrier")),
    "40012": Code(FailureClass.USER_UNKNOWN, _("Invalid recipient number")),
    "40013": Code(OURS, _("Invalid sender number")),
    "40014": Code(FailureClass.EXPIRED, _("Expired in the queue")),
    "40015": Code(OURS, _("Telnyx's own spam filter")),
    "40016": Code(OURS, _("US 10DLC: T-Mobile's daily limit reached")),
    "40100": Code(OURS, _("The number is not enabled for messages")),
    "40150": Code(OURS, _("The toll-free number is not enabled for messages")),
    "40151": Code(OURS, _("The number belongs to another messaging provider")),
    "40300": Code(
        FailureClass.OPTED_OUT,
        _("The recipient has unsubscribed"),
        _("The recipient answered STOP to this sender, and Telnyx holds the message back."),
    ),
    "40302": Code(OURS, _("Too large for the carrier")),
    "40305": Code(OURS, _("Invalid sender")),
    "40310": Code(FailureClass.USER_UNKNOWN, _("Invalid recipient")),
    "40312": Code(OURS, _("The messaging profile is disabled")),
    "40314": Code(OURS, _("Messages are disabled for the account")),
    "40322": Code(OURS, _("The text is blocked by Telnyx")),
    "40329": Code(OURS, _("The toll-free number is not verified")),
}

# What the word says where no code tells more.
FAILURES = {"expired": FailureClass.EXPIRED}

# What Telnyx has recognised in a reply and acted upon (autoresponse_type).
KEYWORDS = {"OPT_OUT": "STOP", "OPT_IN": "START", "HELP": "HELP"}


class Telnyx(Provider):
    """A Telnyx account."""

    slug = "telnyx"
    label = "Telnyx"
    # `delivery_unconfirmed` has no time that the documentation names.
    receipt_limit = RECEIPT_LIMIT
    # https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks
    steps = (
        _(
            "In the Telnyx Mission Control Portal, open Account Settings, Keys & Credentials, "
            "Public Key, and copy the key into the settings below."
        ),
        _("Open Messaging, Programmable Messaging, and edit your Messaging Profile."),
        _(
            "Under Inbound, give the callback address as “Send a webhook to this URL”, with "
            "Webhook API Version 2: reports and replies come to it."
        ),
    )
    sample = Sample(
        body='{"data": {"event_type": "message.finalized", "id": "test", "occurred_at": '
        '"2026-01-01T12:00:00.000+00:00", "record_type": "event", "payload": {"id": "test", '
        '"direction": "outbound", "to": [{"phone_number": "+13125550000", '
        '"status": "delivered"}]}}}'
    )
    credential_fields = (
        CredentialField(
            "public_key",
            _("Public key"),
            _("From Mission Control, Keys & Credentials, Public Key."),
            secret=True,
        ),
    )
    codes = CODES

    def check_signature(self, callback: Callback, credentials: Credentials) -> None:
        """Check the Ed25519 signature of time and raw body, and that the time is ours."""
        keys = signing.secrets(credentials, "public_key")
        seconds = callback.header("telnyx-timestamp")
        signing.check_fresh(seconds, at=callback.received_at, name="telnyx-timestamp")
        signing.check_ed25519(
            seconds.encode() + b"|" + callback.body,
            proof=callback.header("telnyx-signature-ed25519"),
            keys=keys,
            name="telnyx-signature-ed25519",
        )

    def reports(
        self,
        callback: Callback,
        credentials: Credentials,  # noqa: ARG002 (other kinds need them)
    ) -> Iterable[Report]:
        """Translate one event: a reply, or a status for each recipient of a message."""
        event = forms.inner(forms.json_object(callback).get("data"))
        message = forms.inner(event.get("payload"))
        # A reply's own `to` has the status "delivered": it must not be taken for a receipt.
        if event.get("event_type") == "message.received" or message.get("direction") == "inbound":
            return (_inbound(event, message),)
        return _statuses(event, message)


def _statuses(event: dict[str, Any], message: dict[str, Any]) -> Iterator[Report]:
    message_id = forms.message_id(message.get("id"), field="payload.id")
    recipients = _recipients(message)
    cost = forms.inner(message.get("cost")) if len(recipients) == 1 else {}
    # What the event says of all its recipients.  What it costs is said once, for all together.
    common = StatusReport(
        provider_message_id=message_id,
        status=None,
        occurred_at=moments.iso(message.get("completed_at"))
        or moments.iso(event.get("occurred_at")),
        segments=forms.whole_number(message.get("parts")),
        price=forms.price(cost.get("amount")),
        currency=forms.currency(cost.get("currency")),
    )
    return batches.read(
        recipients, field="payload.to", report=lambda recipient: _status(common, recipient)
    )


def _status(common: StatusReport, recipient: dict[str, Any]) -> StatusReport:
    word = forms.required(forms.text(recipient.get("status"), field="status"), field="status")
    word = word.lower()
    status = STATUSES.get(word)
    error = recipient["error"]
    code = forms.text(error.get("code"), field="errors.code", length=forms.CODE_LENGTH)
    said = forms.text(error.get("title"), field="errors.title")
    failure = None
    if status is MessageStatus.FAILED:
        row = CODES.get(code)
        failure = row.failure if row else FAILURES.get(word, FailureClass.UNDEFINED)
    return common._replace(
        status=status,
        code=code,
        text=f"{word}; {said}"[: forms.TEXT_LENGTH] if said else word,
        failure=failure,
        address=forms.text(
            recipient.get("phone_number"), field="phone_number", length=forms.ID_LENGTH
        ),
        # "Delivered" is what the carrier's receipt says (receiving webhooks, delivery statuses).
        evidence=Evidence.CARRIER if status is MessageStatus.DELIVERED else Evidence.NONE,
    )


def _recipients(message: dict[str, Any]) -> list[Any]:
    """Return the recipients, each with the error that concerns it: its own, or everybody's."""
    errors = _errors(message)
    everybodys = errors.get("", {})
    found = [
        one | {"error": errors.get(f"/{name}/{place}", everybodys)}
        if isinstance(one, dict)
        else one
        for name in ("to", "cc")
        for place, one in enumerate(
            batches.listed(message.get(name) or [], field=f"payload.{name}")
        )
    ]
    if not found:
        raise forms.missing("payload.to")
    return found


def _errors(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the first error of each recipient by its pointer (`/to/1`), of all by an empty one."""
    found: dict[str, dict[str, Any]] = {}
    for error in map(forms.inner, batches.listed(message.get("errors") or [], field="errors")):
        pointer = str(forms.inner(error.get("source")).get("pointer"))
        named = pointer.startswith(("/to/", "/cc/"))
        found.setdefault("/".join(pointer.split("/")[:3]) if named else "", error)
    return found


def _inbound(event: dict[str, Any], message: dict[str, Any]) -> InboundReport:
    sender, to = message.get("from"), message.get("to")
    first = next(iter(to), None) if isinstance(to, list) else to
    return InboundReport(
        provider_message_id=forms.message_id(message.get("id"), field="payload.id"),
        address=forms.required(_number(sender, field="payload.from"), field="payload.from"),
        text=forms.text(message.get("text"), field="payload.text", length=forms.BODY_LENGTH),
        recipient=_number(first, field="payload.to"),
        occurred_at=moments.iso(message.get("received_at"))
        or moments.iso(event.get("occurred_at")),
        keyword=KEYWORDS.get(str(message.get("autoresponse_type")), ""),
    )


def _number(value: object, *, field: str) -> str:
    """Return a number, which older events write without the object around it."""
    written = value.get("phone_number") if isinstance(value, dict) else value
    return forms.number(written, field=field)
