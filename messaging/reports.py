"""What a provider reports: the status of a message, a reply, a subscription to be confirmed."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from messaging.channels import Channel
from messaging.failures import FailureClass
from messaging.statuses import Evidence, MessageStatus


class StatusReport(NamedTuple):
    """One status of one message, as its provider states it.

    status: None where the provider's word moves nothing (unknown word, intermediate notice).
    code, text: as the provider writes them, nothing stripped from the code.
    occurred_at: the provider's own time with its zone, None where it gives none that can be read.
    failure: beside MessageStatus.FAILED, and OPTED_OUT without a status where a recipient who has
    the message complains of it or wants no more.
    address: the recipient as the provider writes it; decides where an id has several messages.
    price: for the part this report is about, in `currency` (ISO 4217).
    network: MCC and MNC as one string of digits.
    evidence: who stands behind a DELIVERED.
    reference: our own name of the message, where the provider repeats it in its reports.
    """

    provider_message_id: str
    status: MessageStatus | None
    code: str = ""
    text: str = ""
    occurred_at: datetime | None = None
    failure: FailureClass | None = None
    address: str = ""
    segments: int | None = None
    price: Decimal | None = None
    currency: str = ""
    network: str = ""
    evidence: Evidence = Evidence.NONE
    reference: str = ""


class InboundReport(NamedTuple):
    """A message that a handset sent to us, or the wish of the holder of a mailbox.

    provider_message_id: empty where the provider gives it none.
    address: who wrote; recipient: the number or short code written to; keyword: STOP, START or
    HELP where the provider itself has recognised and handled it.
    """

    provider_message_id: str
    address: str
    text: str
    recipient: str = ""
    occurred_at: datetime | None = None
    keyword: str = ""
    channel: Channel = Channel.SMS


class Confirmation(NamedTuple):
    """A subscription to our address that waits to be confirmed, or was ended elsewhere.

    topic: what is subscribed to, as the provider names it; token: what confirming it takes.
    """

    topic: str
    token: str
    ended: bool = False


Report = StatusReport | InboundReport
