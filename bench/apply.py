"""Callbacks applied, against bare SQL of the same rows, the naive way, and days without failures.

Every turn has messages of its own and the same kind of callbacks about them; at the end the
counters of the first three must tell the same story.
"""

import json
import time
from collections.abc import Iterable
from datetime import timedelta
from io import BytesIO
from random import Random
from typing import NamedTuple
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench import bare, naive, traffic
from bench.measures import Comparison, Count, Findings, in_turns
from bench.traffic import Recipient
from bench.worker import Worker
from deliveries import drafts, figures
from deliveries.figures import Figures
from deliveries.models import Counter, Delivery
from ingestion import accounts, inbox, registration
from ingestion.inbox import Arrival
from messaging.statuses import MessageStatus
from providers.models import ProviderAccount

UNIT = "callbacks/s"
_URL = "https://sms.example.org/callbacks/token/"
_STORED_AT_ONCE = 500


class Size(NamedTuple):
    """How many messages a turn is about, how many the slow naive way gets, how many turns."""

    messages: int
    naive_messages: int
    rounds: int


DEFAULT = Size(messages=6_000, naive_messages=400, rounds=5)
QUICK = Size(messages=300, naive_messages=30, rounds=2)


class Turn(NamedTuple):
    """One delivery and the callbacks about its messages."""

    delivery: Delivery
    forms: list[bytes]


def measure(size: Size) -> Findings:
    """Apply callbacks in all ways in turns, and compare what they have left behind."""
    account = accounts.create(
        name="To be applied",
        kind="twilio",
        credentials={"auth_token": traffic.AUTH_TOKEN},
        by=None,
        at=timezone.now(),
    )
    ways = _Ways(account, size)
    with Worker() as ways.worker:
        ways.warm_up()
        measures = {"ours": ways.ours, "bare": ways.bare, "naive": ways.naive}
        rates = in_turns(measures, rounds=size.rounds)
        # The two are close together: that takes twice the turns to see.
        days = in_turns({"ours": ways.ours, "faultless": ways.faultless}, rounds=2 * size.rounds)
    what = "callback applied (one worker process)"
    ours = rates["ours"]
    return Findings(
        comparisons=[
            Comparison(what, "bare SQL", UNIT, 0.4, ours=ours, theirs=rates["bare"]),
            Comparison(what, "naive task", UNIT, 20.0, ours=ours, theirs=rates["naive"]),
            Comparison(
                what, "nothing failed", UNIT, 0.85, ours=days["ours"], theirs=days["faultless"]
            ),
        ],
        counts=ways.counts(),
    )


class _Ways:
    """The ways, each with its turns so far."""

    worker: Worker

    def __init__(self, account: ProviderAccount, size: Size) -> None:
        self.account = account
        self.size = size
        self.turns = 0
        self.done: dict[str, list[Turn]] = {
            way: [] for way in ("ours", "bare", "naive", "faultless")
        }

    def ours(self) -> float:
        return self._drained(self._turn("ours", self.size.messages))

    def faultless(self) -> float:
        """Have nothing for the quarantine to do but to see successes."""
        return self._drained(self._turn("faultless", self.size.messages, failed=0.0))

    def bare(self) -> float:
        turn = self._turn("bare", self.size.messages)
        batches = bare.plan(self.account, turn.forms, size=settings.INBOX_BATCH)
        return len(turn.forms) / bare.run(batches)

    def naive(self) -> float:
        turn = self._turn("naive", self.size.naive_messages)
        naive.prepare(turn.delivery)
        calls = [dict(parse_qsl(form.decode())) for form in turn.forms]
        start = time.perf_counter()
        for fields in calls:
            naive.apply_callback(account_id=self.account.pk, fields=fields)
        return len(calls) / (time.perf_counter() - start)

    def warm_up(self) -> None:
        """Let every way do a little first: imports, connections, the database's caches."""
        size, self.size = self.size, Size(messages=100, naive_messages=20, rounds=1)
        for way in (self.ours, self.bare, self.naive, self.faultless):
            way()
        self.size = size
        self.done = {way: [] for way in self.done}

    def counts(self) -> list[Count]:
        """Compare how the messages of the three ways stand by their counters."""
        found = {
            way: list(figures.of(delivery_ids=[turn.delivery.pk for turn in turns]).values())
            for way, turns in self._compared()
        }
        counts = []
        for status in ("accepted", "sent", "delivered", "failed"):
            expected, ours = (_sum(found[way], status) for way in ("bare", "ours"))
            counts.append(Count(f"messages {status}: ours, by bare SQL's", expected, ours))
        left = Counter.objects.filter(
            figure=naive.FIGURE,
            key__in=[str(int(MessageStatus.DELIVERED)), str(int(MessageStatus.FAILED))],
            delivery__in=[turn.delivery.pk for turn in self.done["naive"]],
        )
        expected = self.size.naive_messages * self.size.rounds
        ended = sum(left.values_list("value", flat=True))
        return [*counts, Count("messages ended the naive way", expected, ended)]

    def _compared(self) -> Iterable[tuple[str, list[Turn]]]:
        """Return the turns of each way that the others had too."""
        return ((way, turns[: self.size.rounds]) for way, turns in self.done.items())

    def _drained(self, turn: Turn) -> float:
        _post(self.account, turn.forms)
        return len(turn.forms) / self.worker.drain(expected=len(turn.forms))

    def _turn(self, way: str, messages: int, *, failed: float = traffic.FAILED_SHARE) -> Turn:
        """Register messages, and make the callbacks about them: a round's are alike."""
        alike = len(self.done[way])
        self.turns += 1
        recipients = [traffic.recipient(number, batch=self.turns) for number in range(messages)]
        delivery = _registered(self.account, recipients)
        turn = Turn(delivery, traffic.forms(recipients, random=Random(alike), failed=failed))
        self.done[way].append(turn)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return turn


def _registered(account: ProviderAccount, recipients: Iterable[Recipient]) -> Delivery:
    now = timezone.now() - timedelta(minutes=1)
    delivery = drafts.create(by=None, at=now, label="To be applied", account=account)
    lines = (
        json.dumps({"address": to.address, "provider_message_id": to.provider_id})
        for to in recipients
    )
    body = "\n".join(lines).encode()
    result = registration.register(delivery_id=delivery.pk, stream=BytesIO(body), by=None, at=now)
    if result.rejected_count:
        raise RuntimeError(f"A message was not registered: {result.rejected[0]}")
    return delivery


def _post(account: ProviderAccount, forms: list[bytes]) -> None:
    """Put callbacks into the inbox as the door does."""
    now = timezone.now()
    arrivals = [
        Arrival(account.pk, "POST", "", json.dumps(traffic.headers(_URL, body)), body, now)
        for body in forms
    ]
    for start in range(0, len(arrivals), _STORED_AT_ONCE):
        inbox.store(arrivals[start : start + _STORED_AT_ONCE])


def _sum(found: Iterable[Figures], status: str) -> int:
    return sum(getattr(each, status) for each in found)
