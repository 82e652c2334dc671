"""What became of a message, a delivery, an address, and how well we know it."""

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from messaging.channels import Channel
from messaging.naming import NamedChoices

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class MessageStatus(NamedChoices):
    """One message to one address.

    The values up to DELIVERED are in the order in which an SMS moves: whatever the order in
    which reports arrive, the highest one stands.  JSON carries `api_name`.
    """

    PENDING = 0, _("Pending")
    ACCEPTED = 10, _("Taken into account by the provider")
    SENT = 20, _("Sent")
    FAILED = 30, _("Failed")
    DELIVERED = 40, _("Received on mobile")
    UNKNOWN = 50, _("Unknown")
    CANCELLED = 60, _("Cancelled")


# Still waiting for something to happen; every other status is final until a receipt says more.
IN_PROGRESS = (MessageStatus.PENDING, MessageStatus.ACCEPTED, MessageStatus.SENT)
# "Processed" and "success" as the reference dashboard counts them.
PROCESSED = (MessageStatus.DELIVERED, MessageStatus.FAILED)


class Evidence(NamedChoices):
    """Who says that a message was delivered, weakest first."""

    NONE = 0, _("Not delivered")
    PROVIDER = 1, _("Accepted by the provider")
    CARRIER = 2, _("Confirmed by the carrier")
    HANDSET = 3, _("Confirmed by the handset")
    CLICKED = 4, _("Proven by a click")


# What is called otherwise of an e-mail than of an SMS.
_OF_MAIL: "dict[MessageStatus | Evidence, StrOrPromise]" = {
    MessageStatus.DELIVERED: _("Received by the mail server"),
    Evidence.CARRIER: _("Confirmed by the mail server"),
}


def status_name(status: int, channel: str) -> "StrOrPromise":
    """Return what a message's status is called on its channel."""
    return _name(MessageStatus(status), channel)


def evidence_name(evidence: int, channel: str) -> "StrOrPromise":
    """Return what a grade of evidence is called on the channel of its message."""
    return _name(Evidence(evidence), channel)


def _name(value: "MessageStatus | Evidence", channel: str) -> "StrOrPromise":
    names = _OF_MAIL if channel == Channel.EMAIL else {}
    return names.get(value, value.label)


class DeliveryStatus(TextChoices):
    """One delivery, from its first draft to its end."""

    EDITING = "editing", _("Being edited")
    TARGETING = "targeting", _("Targeting pending")
    READY = "ready", _("Target ready")
    SCHEDULED = "scheduled", _("Scheduled")
    IN_PROGRESS = "in_progress", _("In progress")
    PAUSED = "paused", _("Paused")
    FINISHED = "finished", _("Finished")
    CANCELLED = "cancelled", pgettext_lazy("delivery", "Cancelled")
    FAILED = "failed", pgettext_lazy("delivery", "Failed")


# How a refusal begins: its own words say what follows from that.
_STANDS: "dict[str, StrOrPromise]" = {
    DeliveryStatus.EDITING: _("The delivery is being edited"),
    DeliveryStatus.TARGETING: _("The delivery is being prepared"),
    DeliveryStatus.READY: _("The delivery is ready"),
    DeliveryStatus.SCHEDULED: _("The delivery is scheduled"),
    DeliveryStatus.IN_PROGRESS: _("The delivery is in progress"),
    DeliveryStatus.PAUSED: _("The delivery is paused"),
    DeliveryStatus.FINISHED: _("The delivery has ended"),
    DeliveryStatus.CANCELLED: _("The delivery was cancelled"),
    DeliveryStatus.FAILED: _("The delivery has failed"),
}


def stands(status: str) -> "StrOrPromise":
    """Return how a delivery stands, as a sentence that goes on behind a colon begins."""
    return _STANDS[status]


class AddressStatus(TextChoices):
    """Whether an address may be written to."""

    VALID = "valid", _("Valid")
    WITH_ERRORS = "with_errors", _("With errors")
    QUARANTINE = "quarantine", _("Quarantine")
    DENYLISTED = "denylisted", _("Denylisted")
