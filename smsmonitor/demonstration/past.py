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
from providers.simulation import Outage, Profile
from sending import closing
from smsmonitor.demonstration import marks

Simulate = Callable[..., Outcome]
MADE_BEFORE = timedelta(minutes=25)


class NotApplied(Exception):
    """No worker applies what was posted, so a delivery of the past cannot be closed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One delivery of the past.

    mark: the code of the journal line by which it is found again.  days_ago, hour: when it was
    sent (UTC).  outage: the prefix of the numbers that cannot be reached, how long after the
    beginning, and for how long.
    """

    mark: str
    label: str
    folder: str
    sender: str
    content: str
    messages: int
    rate: float
    validity: timedelta
    days_ago: int
    hour: int
    outage: tuple[str, timedelta, timedelta] | None = None
    profile: Profile = field(default_factory=Profile)


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
    began_at = (at - timedelta(days=scene.days_ago)).replace(
        hour=scene.hour, minute=0, second=0, microsecond=0
    )
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
        started_at=began_at,
        # Paused, it is not closed before its receipts have come, long after its validity.
        status=DeliveryStatus.PAUSED,
    )
    Delivery.objects.filter(pk=delivery.pk).update(created_at=made_at)
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
        outage = Outage(prefix=prefix, begins=began_at + after, ends=began_at + after + span)
        profile = replace(profile, outage=outage)
    return Sending(
        delivery=delivery,
        messages=scene.messages,
        rate=scene.rate,
        profile=profile,
        began_at=began_at,
    )
