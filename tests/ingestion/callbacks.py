"""Callbacks for tests: written as the simulator writes them, stored and applied as real ones."""

import io
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from deliveries import recount
from deliveries.models import Delivery, Message, MessageEvent
from ingestion import drain, inbox, registration
from ingestion.inbox import Arrival
from ingestion.models import HeldCallback, InboxEntry, QueueItem, ReceiptCounter
from messaging.reports import StatusReport
from providers.models import ProviderAccount
from providers.sms import simulator
from tests import records
from tests.records import NOON

RECEIVED = NOON + timedelta(hours=1)


def account(**fields: Any) -> ProviderAccount:
    """Make an account of the simulator, which checks no signature here."""
    made = records.account(**{"kind": "simulator"} | fields)
    made.credentials = {"verify": "none"}
    made.save()
    return made


def report(provider_id: str, word: str, *, minute: int = 0, **fields: Any) -> StatusReport:
    """Say that a message is accepted, sent, delivered, failed, or a word that means nothing."""
    at = NOON + timedelta(minutes=minute)
    return StatusReport(provider_id, None, text=word, **{"occurred_at": at} | fields)


def arrival(
    account: ProviderAccount, *reports: StatusReport, received_at: datetime = RECEIVED
) -> Arrival:
    """Write reports into one callback."""
    return raw(account, simulator.encode(reports), received_at=received_at)


def raw(
    account: ProviderAccount, body: bytes, *, query: str = "", received_at: datetime = RECEIVED
) -> Arrival:
    """Make a callback with this body."""
    method = "POST" if body else "GET"
    headers = json.dumps({"Content-Type": "application/json"})
    return Arrival(account.pk, method, query, headers, body, received_at)


def post(account: ProviderAccount, *reports: StatusReport) -> None:
    """Store each report as a callback of its own."""
    inbox.store([arrival(account, one) for one in reports])


def apply_all(*, limit: int = 1_000) -> int:
    """Apply whatever waits; return how many entries that were."""
    done = 0
    while batch := drain.drain_batch(limit=limit):
        done += batch
    return done


def register(
    delivery: Delivery, *lines: dict[str, Any], at: datetime | None = None
) -> registration.Registered:
    """Register messages."""
    body = "\n".join(json.dumps(line) for line in lines).encode()
    return registration.register(
        delivery_id=delivery.pk, stream=io.BytesIO(body), by=None, at=at or timezone.now()
    )


def hold_all_due() -> None:
    """Let the time pass that put-off entries wait."""
    QueueItem.objects.update(not_before=None)


def entry_ids() -> list[int]:
    """Return the ids of all stored entries, oldest first."""
    return list(InboxEntry.objects.order_by("id").values_list("id", flat=True))


def held(state: str) -> Sequence[HeldCallback]:
    """Return what is set aside in this state, oldest first."""
    return HeldCallback.objects.filter(state=state).order_by("id")


def tallies(account: ProviderAccount) -> dict[str, int]:
    """Return what was counted of an account's callbacks."""
    rows = ReceiptCounter.objects.filter(account=account, key="").values("figure")
    return {row["figure"]: row["sum"] for row in rows.annotate(sum=Sum("value")) if row["sum"]}


def standing(message: Message) -> tuple[str, str, str]:
    """Return status, failure type and reason of a message, as the API names them."""
    found = Message.objects.get(pk=message.pk)
    return (
        found.get_status_display(),
        found.get_failure_type_display(),
        found.get_reason_display(),
    )


def statuses() -> dict[str, str]:
    """Return the status of every message by its address."""
    found = Message.objects.order_by("id")
    return {message.address: message.get_status_display() for message in found}


def story(message: Message) -> list[tuple[str | None, bool]]:
    """Return the events of a message as they came: the status each states, and if it moved."""
    found = MessageEvent.objects.filter(message_id=message.pk).order_by("id")
    return [(event.text, event.moved) for event in found]


def drifts() -> list[recount.Drift]:
    """Return where counters and rows disagree."""
    ids = list(Delivery.objects.values_list("id", flat=True))
    return recount.drifts(delivery_ids=ids)
