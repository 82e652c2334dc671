"""The other system, which sends messages and registers them with us in groups.

Message 17 of a delivery is always the same one, so that whatever was begun can be gone on with.
"""

import base64
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from itertools import islice

from django.utils import timezone

from deliveries.models import Delivery, ProviderReference
from ingestion import registration
from ingestion.simulator.patience import patiently
from ingestion.simulator.people import person
from ingestion.simulator.posting import Door
from ingestion.simulator.traffic import Traffic
from messaging import segments
from providers.simulation import PlannedReport, Profile, plan

# No callback is earlier than this before its message was sent, at the speed of 1.
EARLIEST = timedelta(seconds=1)
MOST_AT_ONCE = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """What is to be sent: how many messages, how many a second, and what becomes of them.

    began_at: when it was sent, where that was in the past; None: it is sent while we watch.
    every: how long one group is collected before it is registered.
    """

    delivery: Delivery
    messages: int
    rate: float
    profile: Profile
    began_at: datetime | None = None
    every: timedelta = timedelta(seconds=0.5)

    @property
    def group(self) -> int:
        """Return how many messages are registered at a time."""
        if self.began_at is not None:
            return MOST_AT_ONCE
        return min(max(round(self.rate * self.every.total_seconds()), 1), MOST_AT_ONCE)


@dataclass(frozen=True, slots=True)
class _Message:
    provider_id: str
    address: str
    recipient: str
    sent_at: datetime
    reports: list[PlannedReport]

    def line(self) -> bytes:
        """Return it as a registration takes it."""
        fields = {
            "address": self.address,
            "recipient": self.recipient,
            "provider_message_id": self.provider_id,
            "sent_at": self.sent_at.isoformat(),
        }
        return json.dumps(fields).encode() + b"\n"


def provider_id(delivery: Delivery, number: int) -> str:
    """Return the provider id of a message by its number in the delivery, counted from 0."""
    digest = blake2b(f"{delivery.pk}.{number}".encode(), digest_size=10).digest()
    return f"SIM{base64.b32encode(digest).decode()}"


def send(sending: Sending, *, to: Door, traffic: Traffic) -> Iterator[int]:
    """Register what is not registered yet, and let the traffic report on it.

    Yields the size of each group once it is registered; its reports may still be waiting.  The
    first reports of early messages are accepted before their registration begins.
    """
    missing = _missing(sending)
    ahead = EARLIEST / sending.profile.speed
    begins = timezone.now() + ahead
    pace = timedelta(seconds=sending.group / sending.rate)
    groups = iter(lambda: list(islice(missing, sending.group)), [])
    for turn, numbers in enumerate(groups):
        moment = sending.began_at or begins + turn * pace
        traffic.wait_until(moment - ahead)
        group = [_message(sending, number, moment) for number in numbers]
        early, later = _split(group)
        ticket = traffic.add(to, early)
        traffic.wait_until(moment)
        traffic.wait_for(ticket)
        _register(sending, group)
        traffic.add(to, later)
        yield len(group)


def _missing(sending: Sending) -> Iterator[int]:
    """Yield the numbers of the messages that are not registered yet."""
    delivery = sending.delivery
    for start in range(0, sending.messages, MOST_AT_ONCE):
        numbers = range(start, min(start + MOST_AT_ONCE, sending.messages))
        ids = {provider_id(delivery, number): number for number in numbers}
        known = patiently(partial(_known, delivery, list(ids)))
        yield from (number for identifier, number in ids.items() if identifier not in known)


def _known(delivery: Delivery, ids: Sequence[str]) -> set[str]:
    found = ProviderReference.objects.filter(
        account=delivery.account_id, provider_id__in=ids, message_id__gte=delivery.pk
    )
    return set(found.values_list("provider_id", flat=True))


def _message(sending: Sending, number: int, moment: datetime) -> _Message:
    sent_at = moment
    if sending.began_at is not None:
        sent_at = sending.began_at + timedelta(seconds=number / sending.rate)
    identifier = provider_id(sending.delivery, number)
    to = person(number)
    content = sending.delivery.content
    planned = plan(
        provider_message_id=identifier,
        sent_at=sent_at,
        address=to.address,
        segments=max(segments.measure(content).segments, 1),
        profile=sending.profile,
    )
    return _Message(identifier, to.address, to.recipient, sent_at, planned)


def _split(group: Iterable[_Message]) -> tuple[list[PlannedReport], list[PlannedReport]]:
    """Return the reports that are to come before their message is known, and the others."""
    early: list[PlannedReport] = []
    later: list[PlannedReport] = []
    for message in group:
        for planned in message.reports:
            (early if planned.at < message.sent_at else later).append(planned)
    return early, later


def _register(sending: Sending, group: list[_Message]) -> None:
    lines = b"".join(message.line() for message in group)
    # The newest of them: what was sent in the past was registered then, too.
    at = group[-1].sent_at if sending.began_at else timezone.now()
    patiently(
        lambda: registration.register(
            delivery_id=sending.delivery.pk, stream=io.BytesIO(lines), by=None, at=at
        )
    )
