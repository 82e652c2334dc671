"""Makes rows for tests: accounts, deliveries, messages that are counted as the real ones are."""

import itertools
from collections import Counter as Sums
from datetime import UTC, datetime
from typing import Any

from deliveries import counters, record
from deliveries.models import Delivery, Exclusion, Message, MessageEvent, ProviderReference
from ingestion.models import InboundMessage
from messaging.failures import Reason
from messaging.statuses import AddressStatus, DeliveryStatus, MessageStatus
from providers.models import ProviderAccount
from quarantine.models import Address, Word

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def account(**fields: Any) -> ProviderAccount:
    """Make a provider account."""
    return ProviderAccount.objects.create(
        **{"name": f"Account {next(_numbers)}", "kind": "kannel"} | fields
    )


def delivery(**fields: Any) -> Delivery:
    """Make a delivery that is in progress, with an account of its own unless one is given."""
    if "account" not in fields:
        fields["account"] = account()
    made = {"label": "Event launch", "status": DeliveryStatus.IN_PROGRESS} | fields
    return Delivery.objects.create(**made)


def message(of: Delivery, *, provider_ids: tuple[str, ...] = (), **fields: Any) -> Message:
    """Make a message, count it, and give it one provider id per part."""
    number = next(_numbers)
    made = {
        "address": f"+39333{number:07}",
        "status": MessageStatus.ACCEPTED,
        "accepted_at": NOON,
        "changed_at": NOON,
    }
    row = Message.objects.create(delivery=of, channel=of.channel, **made | fields)
    for part, provider_id in enumerate(provider_ids, start=1):
        ProviderReference.objects.create(
            message=row,
            account_id=of.account_id,
            provider_id=provider_id,
            part=part,
            parts=len(provider_ids),
        )
    count(row)
    return row


def count(*rows: Message) -> None:
    """Add rows to the counters."""
    sums: Sums[counters.Figure] = Sums()
    for standing in record.messages(ids=[row.pk for row in rows], lock=False).values():
        sums.update(dict(counters.of_message(standing.counted())))
    counters.add(sums)


def event(of: Message, **fields: Any) -> MessageEvent:
    """Make an event of a message."""
    number = next(_numbers)
    made = {
        "digest": number.to_bytes(16),
        "provider_id": "p-1",
        "status": MessageStatus.SENT,
        "stated_at": NOON,
        "occurred_at": NOON,
        "received_at": NOON,
        "moved": True,
    }
    return MessageEvent.objects.create(message=of, **made | fields)


def exclusion(of: Delivery, **fields: Any) -> Exclusion:
    """Make an exclusion, and count it."""
    made = {"address": "+393331112233", "reason": Reason.DUPLICATE}
    row = Exclusion.objects.create(delivery=of, **made | fields)
    figures = (
        counters.Figure(of.pk, counters.TARGETED, "", None),
        counters.Figure(of.pk, counters.EXCLUDED, str(int(row.reason)), None),
    )
    counters.add(dict.fromkeys(figures, 1))
    return row


def reply(to: ProviderAccount, text: str = "STOP", **fields: Any) -> InboundMessage:
    """Make a message that somebody wrote back to an account."""
    number = next(_numbers)
    made = {"address": "+393331112233", "at": NOON, "entry_id": 1, "digest": number.to_bytes(16)}
    return InboundMessage.objects.create(account=to, text=text, **made | fields)


def opt_out(of: Message, **fields: Any) -> Word:
    """Denylist the address of a message by a word that answers it, and count it."""
    number = next(_numbers)
    listed = Address.objects.create(
        channel=of.channel,
        address=of.address,
        status=AddressStatus.DENYLISTED,
        reason=Reason.DENYLISTED,
        error_text="STOP",
        first_error_at=NOON,
        last_error_at=NOON,
        delivery_id=of.delivery_id,
        by_word=True,
    )
    made = {"says": Word.Says.STOP, "at": NOON, "text": "STOP", "key": number.to_bytes(16)}
    counters.add({counters.Figure(of.delivery_id, counters.OPT_OUTS, "", None): 1})
    return Word.objects.create(
        address=listed, message_id=of.pk, delivery_id=of.delivery_id, **made | fields
    )
