"""The tables of what comes in: the mailbox, and the judgements of history."""

from ingestion.models.judgement import Judgement
from ingestion.models.mailbox import (
    GENUINE,
    HeldCallback,
    InboundMessage,
    InboxEntry,
    Proof,
    QueueItem,
    ReceiptCounter,
    Sighting,
    Subscription,
    Trial,
)

__all__ = [
    "GENUINE",
    "HeldCallback",
    "InboundMessage",
    "InboxEntry",
    "Judgement",
    "Proof",
    "QueueItem",
    "ReceiptCounter",
    "Sighting",
    "Subscription",
    "Trial",
]
