"""Deliveries that this system prepares and sends itself: by the steps that a person takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from deliveries import drafts
from deliveries.models import Delivery
from ingestion.simulator.patience import patiently
from messaging.statuses import DeliveryStatus
from providers.models import ProviderAccount
from sending import launch, preparation, proofs, typologies, uploads
from sending.models import Upload
from smsmonitor.demonstration import audience, marks
from smsmonitor.demonstration.waiting import wait_for
from tracking import urls

EDITING, TARGETING, READY = (
    DeliveryStatus.EDITING,
    DeliveryStatus.TARGETING,
    DeliveryStatus.READY,
)
AT_WORK = (Upload.State.QUEUED, Upload.State.RUNNING)
TYPOLOGY = "Promotions"
RULES = {
    "default_country": "IT",
    "mobile_only": True,
    "control_percent": 5,
    "filters": [
        {"name": "No consent to offers", "field": "consent", "operator": "is", "value": "no"}
    ],
    "pressure_messages": 4,
    "pressure_days": 7,
}


class NotPrepared(Exception):
    """A delivery cannot be prepared; the text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """One delivery of our own.

    mark: as of a scene of the past.  file, recipients, country: see audience.  links: label and
    category of each URL.  proofs: numbers that get the text first.  days, hour: when it starts
    (UTC); None: at once, in these waves.
    """

    mark: str
    label: str
    folder: str
    sender: str
    content: str
    file: str
    recipients: int
    validity: timedelta
    country: str = ""
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    proofs: Sequence[str] = ()
    days: int | None = None
    hour: int = 0
    waves: Sequence[str] = ()
    interval: timedelta | None = None


def show(campaign: Campaign, *, account: ProviderAccount) -> Delivery | None:
    """Take a delivery through its steps up to its start; None where it was started before.

    Raises NotPrepared.
    """
    made = partial(_made, campaign, account=account, at=timezone.now())
    delivery = patiently(lambda: marks.find(campaign.mark) or made())
    uploading = Upload.objects.filter(delivery=delivery, state__in=AT_WORK)
    wait_for(lambda: not uploading.exists())
    delivery.refresh_from_db()
    if delivery.status == EDITING:
        patiently(partial(_prepare, campaign, delivery, at=timezone.now()))
    preparing = Delivery.objects.filter(pk=delivery.pk, status=TARGETING)
    wait_for(lambda: not preparing.exists())
    delivery.refresh_from_db()
    if delivery.status == EDITING:
        run = preparation.latest(delivery_id=delivery.pk)
        raise NotPrepared(f"{delivery.label} could not be prepared: {run and run.error}")
    if delivery.status != READY:
        return None
    return patiently(partial(_start, campaign, delivery, at=timezone.now()))


@transaction.atomic
def _made(campaign: Campaign, *, account: ProviderAccount, at: datetime) -> Delivery:
    """Write a delivery, decide on its links, and give it a file of recipients."""
    if TYPOLOGY not in typologies.names():
        typologies.create(name=TYPOLOGY, rules=RULES, by=None, at=at)
    delivery = drafts.create(
        by=None,
        at=at,
        label=campaign.label,
        folder=campaign.folder,
        sender=campaign.sender,
        content=campaign.content,
        account=account,
        typology=TYPOLOGY,
        validity=campaign.validity,
    )
    marks.put(campaign.mark, delivery, at=at)
    for url in urls.note(delivery_id=delivery.pk):
        label, category = campaign.links[url.url]
        urls.decide(
            delivery_id=delivery.pk, url_id=url.pk, by=None, at=at, label=label, category=category
        )
    table = audience.file(recipients=campaign.recipients, country=campaign.country)
    upload = uploads.keep(
        delivery_id=delivery.pk, name=campaign.file, chunks=[table], by=None, at=at
    )
    uploads.ask(upload_id=upload.pk, told={}, mode=Upload.Mode.APPEND)
    return delivery


@transaction.atomic
def _prepare(campaign: Campaign, delivery: Delivery, *, at: datetime) -> None:
    if campaign.proofs:
        proofs.send(delivery_id=delivery.pk, addresses=campaign.proofs, by=None, at=at)
    preparation.request(delivery_id=delivery.pk, by=None, at=at)


def _start(campaign: Campaign, delivery: Delivery, *, at: datetime) -> Delivery:
    starts_at = None
    if campaign.days is not None:
        starts_at = (at + timedelta(days=campaign.days)).replace(
            hour=campaign.hour, minute=0, second=0, microsecond=0
        )
    return launch.start(
        delivery_id=delivery.pk,
        by=None,
        at=at,
        starts_at=starts_at,
        wanted=campaign.waves,
        interval=campaign.interval,
    )
