"""The tables of what comes in: mailbox, figures, new accounts, judgements."""

from ingestion.models.judgement import Judgement
from ingestion.models.mailbox import (
    GENUINE,
    HeldCallback,
    InboundMessage,
    InboxEntry,
    Proof,
    QueueItem,
)
from ingestion.models.onboarding import Subscription, Trial
from ingestion.models.reception import ReceiptCounter, Sighting
from ingestion.models.simulation import SimulatedReport, SimulatedVisit

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
    "SimulatedReport",
    "SimulatedVisit",
    "Subscription",
    "Trial",
]
