"""Deliveries, their messages, what was left out, what was counted and what was done."""

from deliveries.models.counter import Counter
from deliveries.models.delivery import Delivery
from deliveries.models.exclusion import Exclusion
from deliveries.models.journal import AuditEvent, JournalHead
from deliveries.models.message import Message, MessageEvent, ProviderReference

__all__ = [
    "AuditEvent",
    "Counter",
    "Delivery",
    "Exclusion",
    "JournalHead",
    "Message",
    "MessageEvent",
    "ProviderReference",
]
