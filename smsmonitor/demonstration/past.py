"""Deliveries of the past, which another system sent and registered: restored with their times."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from deliveries import drafts
from deliveries.models import Delivery
from ingestion.simulator.outgoing import Sending
from ingestion.simulator.patience import patiently
from ingestion.simulator.run import Outcome
from messaging.statuses import DeliveryStatus
from providers.models import ProviderAccount
from providers.simulation import OUTAGE_CODE, Outage, Profile
from sending import closing
from smsmonitor.demonstration import marks
from tracking import urls

Simulate = Callable[..., Outcome]
MADE_BEFORE = timedelta(minutes=25)


class NotApplied(Exception):
    """No worker applies what was posted, so a delivery of the past cannot be closed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One delivery of the past.

    mark: the code of the journal line by which it is found again.  days_ago, hour: when it was
    sent (UTC), or minutes_ago.  outage: the prefix of the numbers that cannot be reached, how long
    after the beginning, and for how long; outage_code: what it says of their messages.
    linked: whether its links are ours.
    """

    mark: str
    label: str
    folder: str
    sender: str
    content: str
    messages: int
    rate: float
    validity: timedelta
    days_ago: int = 0
    hour: int = 0
    minutes_ago: int = 0
    outage: tuple[str, timedelta, timedelta] | None = None
    outage_code: str = OUTAGE_CODE
    linked: bool = False
    profile: Profile = field(default_factory=Profile)

    def began_at(self, now: datetime) -> datetime:
        """Return when it was sent, seen from now."""
        if self.minutes_ago:
            return (now - timedelta(minutes=self.minutes_ago)).replace(second=0, microsecond=0)
        day = now - timedelta(days=self.days_ago)
        return day.replace(hour=self.hour, minute=0, second=0, microsecond=0)


def show(scene: Scene, *, account: ProviderAccount, simulate: Simulate) -> Delivery | None:
    """Bring a delivery to its end as it was then; None where that was done before.

    Raises NotApplied.
    """
    made = partial(_made, scene, account=account, at=timezone.now())
    delivery = patiently(lambda: marks.find(scene.mark) or made())
    if delivery.status == DeliveryStatus.FINISHED:
        return None
    outcome = simulate(sendings=[_sending(scene, delivery, delivery.started_at or timezone.now())])
    if outcome.proofs[delivery.code].unapplied:
        raise NotApplied("No worker applies the callbacks: the demonstration has to wait.")
    patiently(partial(_close, delivery))
    return delivery


@transaction.atomic
def _made(scene: Scene, *, account: ProviderAccount, at: datetime) -> Delivery:
    """Make the delivery of a scene, as it was made before it was sent."""
    began_at = scene.began_at(at)
    made_at = began_at - MADE_BEFORE
    delivery = drafts.create(
        by=None,
        at=made_at,
        label=scene.label,
        folder=scene.folder,
        sender=scene.sender,
        content=scene.content,
        account=account,
        validity=scene.validity,
        contact_date=began_at,
    )
    if scene.linked:
        urls.note(delivery_id=delivery.pk)
    delivery.created_at, delivery.started_at = made_at, began_at
    # Paused, it is not closed before its receipts have come, long after its validity.
    delivery.status = DeliveryStatus.PAUSED
    delivery.save(update_fields=["created_at", "started_at", "status"])
    marks.put(scene.mark, delivery, at=made_at)
    return delivery


@transaction.atomic
def _close(delivery: Delivery) -> None:
    """Go on with a paused delivery, only to end it as its validity did."""
    paused = Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.PAUSED)
    paused.update(status=DeliveryStatus.IN_PROGRESS)
    delivery.refresh_from_db()
    if delivery.validity_ends_at is not None:
        closing.end(delivery_id=delivery.pk, at=delivery.validity_ends_at)


def _sending(scene: Scene, delivery: Delivery, began_at: datetime) -> Sending:
    profile = scene.profile
    if scene.outage:
        prefix, after, span = scene.outage
        begins = began_at + after
        outage = Outage(prefix=prefix, begins=begins, ends=begins + span, code=scene.outage_code)
        profile = replace(profile, outage=outage)
    return Sending(
        delivery=delivery,
        messages=scene.messages,
        rate=scene.rate,
        profile=profile,
        began_at=began_at,
    )
