"""The demonstration of the first run: two deliveries of the past, and one that is under way."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from deliveries import drafts, journal
from deliveries.models import AuditEvent, Delivery
from deliveries.models.delivery import LIVE
from ingestion.simulator import accounts
from ingestion.simulator.outgoing import Sending
from ingestion.simulator.patience import patiently
from ingestion.simulator.posting import Line
from ingestion.simulator.run import PATIENCE_SECONDS, Outcome, Tell, run
from messaging.statuses import DeliveryStatus
from providers.simulation import Outage, Profile

CONNECTIONS = 2
WEB_POLL_SECONDS = 0.2
END_POLL_SECONDS = 2.0

# Ends a delivery at a time: what has no receipt by then is unknown.
End = Callable[..., object]
Simulate = Callable[..., Outcome]


class NotApplied(Exception):
    """No worker applies what was posted, so a delivery of the past cannot be closed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One delivery of the demonstration.

    mark: the code of the journal line by which it is found again.  days_ago, hour: when it was
    sent (UTC); None: it is sent now.  outage: the prefix of the numbers that cannot be reached,
    how long after the beginning, and for how long.
    """

    mark: str
    label: str
    folder: str
    sender: str
    content: str
    messages: int
    rate: float
    validity: timedelta
    days_ago: int | None = None
    hour: int = 0
    every: timedelta = timedelta(seconds=12)
    outage: tuple[str, timedelta, timedelta] | None = None
    profile: Profile = field(default_factory=Profile)


SCENES = (
    Scene(
        mark="DEM-1001",
        label="Autumn collection preview",
        folder="Fashion/Seasonal",
        sender="AURORA",
        content=(
            "Aurora: the autumn collection is here. Members see it first, with free delivery "
            "until Sunday: https://aurora.example/autumn Reply STOP to opt out"
        ),
        messages=4_000,
        rate=2.0,
        validity=timedelta(hours=72),
        days_ago=6,
        hour=9,
    ),
    Scene(
        mark="DEM-1002",
        label="Loyalty points about to expire",
        folder="Loyalty/Reminders",
        sender="AURORA",
        content=(
            "Aurora: your 240 points expire on the 30th. Turn them into a voucher before then: "
            "https://aurora.example/points Reply STOP to opt out"
        ),
        messages=3_000,
        rate=1.5,
        validity=timedelta(hours=24),
        days_ago=2,
        hour=16,
        outage=("+33", timedelta(minutes=10), timedelta(minutes=15)),
    ),
    Scene(
        mark="DEM-1003",
        label="Weekend flash sale",
        folder="Fashion/Promotions",
        sender="AURORA",
        content=(
            "Aurora: 48 hours only, 30% off everything, in shops and online. Your code: "
            "FLASH30 https://aurora.example/flash Reply STOP to opt out"
        ),
        messages=2_000,
        rate=2_000 / 600,
        validity=timedelta(minutes=15),
    ),
)


def show(
    *,
    end: End,
    tell: Tell,
    line: Callable[[], Line] = Line,
    patience: float = PATIENCE_SECONDS,
) -> None:
    """Show all scenes, going on where an earlier showing was stopped; return at the very end.

    end: ends a delivery (delivery_id, at), as the clock does when its validity is over.  patience:
    seconds to wait for a worker that makes no progress.
    Raises NotApplied, and Refused where the callback address refuses the callbacks.
    """
    _wait_for_web(line)
    # Nothing is said of the progress: it is seen in the dashboard.
    simulate = partial(
        run, connections=CONNECTIONS, tell=lambda _text: None, line=line, patience=patience
    )
    for scene in SCENES:
        delivery = patiently(partial(_delivery, scene))
        if scene.days_ago is None:
            _show_live(scene, delivery, simulate=simulate, tell=tell)
        elif delivery.status != DeliveryStatus.FINISHED:
            _restore(scene, delivery, simulate=simulate, end=end)
            tell(f"{delivery.label}: {scene.messages} messages, finished.")


def _wait_for_web(line: Callable[[], Line]) -> None:
    waiting = line()
    _wait_for(waiting.answers, every=WEB_POLL_SECONDS)
    waiting.close()


def _wait_for(holds: Callable[[], bool], *, every: float) -> None:
    while not holds():
        time.sleep(every)


def _delivery(scene: Scene) -> Delivery:
    """Find the delivery of a scene by its line in the journal, which nobody can change."""
    marks = AuditEvent.objects.filter(code=scene.mark).values("delivery")
    found = Delivery.objects.filter(pk__in=marks).select_related("account").first()
    return found or _made(scene, at=timezone.now())


@transaction.atomic
def _made(scene: Scene, *, at: datetime) -> Delivery:
    """Make the delivery of a scene, as it was made before it was sent."""
    fields: dict[str, Any] = {}
    if scene.days_ago is not None:
        began_at = (at - timedelta(days=scene.days_ago)).replace(
            hour=scene.hour, minute=0, second=0, microsecond=0
        )
        at = began_at - timedelta(minutes=25)
        # Paused, it is not closed before its receipts have come, long after its validity.
        fields = dict.fromkeys(("contact_date", "started_at"), began_at)
        fields["status"] = DeliveryStatus.PAUSED
    delivery = drafts.create(
        by=None,
        at=at,
        label=scene.label,
        folder=scene.folder,
        sender=scene.sender,
        content=scene.content,
        account=accounts.account(at=timezone.now()),
        validity=scene.validity,
        **fields,
    )
    Delivery.objects.filter(pk=delivery.pk).update(created_at=at)
    text = "A demonstration: nothing was sent, and nobody has these numbers."
    journal.write(delivery=delivery, code=scene.mark, text=text, at=at)
    return delivery


def _restore(scene: Scene, delivery: Delivery, *, simulate: Simulate, end: End) -> None:
    """Bring a delivery of the past to its end, with the times of then."""
    sending = _sending(scene, delivery, delivery.started_at)
    outcome = simulate(sendings=[sending])
    if outcome.proofs[delivery.code].unapplied:
        raise NotApplied("No worker applies the callbacks: the demonstration has to wait.")
    patiently(partial(_close, delivery, end=end))


@transaction.atomic
def _close(delivery: Delivery, *, end: End) -> None:
    """Go on with a paused delivery, only to end it as its validity did."""
    paused = Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.PAUSED)
    paused.update(status=DeliveryStatus.IN_PROGRESS)
    delivery.refresh_from_db()
    end(delivery_id=delivery.pk, at=delivery.validity_ends_at)


def _show_live(scene: Scene, delivery: Delivery, *, simulate: Simulate, tell: Tell) -> None:
    """Send a delivery while people watch, and wait until the clock closes it."""
    if delivery.status != DeliveryStatus.FINISHED:
        tell(f"{delivery.label}: {scene.messages} messages are being sent, watch {delivery.code}.")
    sending = _sending(scene, delivery, None)
    simulate(sendings=[sending])
    ended = Delivery.objects.filter(pk=delivery.pk).exclude(status__in=LIVE)
    _wait_for(partial(patiently, ended.exists), every=END_POLL_SECONDS)
    tell(f"{delivery.label}: finished.")


def _sending(scene: Scene, delivery: Delivery, began_at: datetime | None) -> Sending:
    profile = scene.profile
    if scene.outage and began_at:
        prefix, after, span = scene.outage
        outage = Outage(prefix=prefix, begins=began_at + after, ends=began_at + after + span)
        profile = replace(profile, outage=outage)
    return Sending(
        delivery=delivery,
        messages=scene.messages,
        rate=scene.rate,
        profile=profile,
        began_at=began_at,
        every=scene.every,
    )
