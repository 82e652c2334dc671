"""The moment in which a delivery begins, by a person's hand or by the clock, and its waves."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deliveries import journal
from deliveries.models import Delivery
from messaging.statuses import DeliveryStatus
from providers import registry
from providers.registry import CannotSend
from providers.secrets import UnreadableCredentials
from sending import quiet, waves
from sending.models import Launch, Outgoing, Preparation
from sending.models.preparation import OPEN
from sending.ruleset import Action

READY, SCHEDULED, IN_PROGRESS = (
    DeliveryStatus.READY,
    DeliveryStatus.SCHEDULED,
    DeliveryStatus.IN_PROGRESS,
)


class NotAllowed(Exception):
    """The delivery cannot do that as things stand; the text, for people, says why."""


def begin(
    delivery: Delivery,
    launch: Launch,
    *,
    total: int,
    by: AbstractBaseUser | None,
    at: datetime,
) -> None:
    """Let the messages of a locked delivery leave, those of the first wave at once."""
    launch.ends = waves.ends(launch.waves, total=total)
    launch.hands_over_until = at + delivery.validity
    launch.wave = 0
    _next_wave(launch, at=at)
    launch.save()
    delivery.status = IN_PROGRESS
    delivery.contact_date = min(delivery.contact_date or at, at)
    delivery.started_at = delivery.last_registered_at = at
    delivery.save(
        update_fields=["status", "contact_date", "started_at", "last_registered_at", "modified_at"]
    )
    text = f"Delivery started: {total} messages to hand over"
    text += f" in {len(launch.ends)} waves." if len(launch.ends) > 1 else "."
    journal.write(delivery=delivery, code="DEL-1020", text=text, by=by, at=at)


def _next_wave(launch: Launch, *, at: datetime) -> None:
    """Release the next wave, and say when the one after it is due."""
    launch.released = launch.ends[launch.wave]
    launch.wave += 1
    more = launch.wave < len(launch.ends)
    launch.next_wave_at = at + launch.interval if more and launch.interval else None


def refuse_unless_sendable(delivery: Delivery) -> None:
    """Raise NotAllowed where nothing can be handed over through the account, or not yet."""
    try:
        registry.submitter(delivery.account.kind, delivery.account.credentials)
    except (CannotSend, UnreadableCredentials) as error:
        raise NotAllowed(str(error)) from error
    if Preparation.objects.filter(delivery=delivery, state__in=OPEN).exists():
        raise NotAllowed(_("The delivery is being prepared: wait until that is done."))


def heed_quiet_hours(delivery: Delivery, *, contact_at: datetime, at: datetime) -> None:
    """Raise NotAllowed where the rules would have left people out at this time.

    The preparation may have known another time.  A rule that warns is told in the journal.
    """
    rules = quiet.rules_of(delivery)
    count = quiet.concerned(delivery, rules, at=contact_at) if rules else 0
    if not rules or not count:
        return
    if rules.quiet_action == Action.EXCLUDE:
        text = ngettext(
            "For %(count)s recipient that time lies in the quiet hours, %(start)s to %(end)s. "
            "Choose another time, or make it the contact date and prepare the target anew: "
            "who would be disturbed is left out then.",
            "For %(count)s recipients that time lies in the quiet hours, %(start)s to %(end)s. "
            "Choose another time, or make it the contact date and prepare the target anew: "
            "who would be disturbed is left out then.",
            count,
        )
        named = {"count": count, "start": rules.quiet_from, "end": rules.quiet_to}
        raise NotAllowed(text % named)
    text = f"Rule quiet hours: {count} recipients concerned at the start."
    journal.write(delivery=delivery, code="DEL-1036", text=text, level=journal.WARNING, at=at)


def total(delivery: Delivery) -> int:
    """Return how many messages there are to hand over; raise NotAllowed where there are none."""
    found = Outgoing.objects.filter(
        delivery=delivery, message_id__gte=delivery.pk, state=Outgoing.State.WAITING
    ).aggregate(last=Max("position"))
    if not found["last"]:
        raise NotAllowed(_("There is nobody to write to: everybody in the target was left out."))
    return int(found["last"])


@transaction.atomic
def start_due(*, delivery_id: int, at: datetime) -> bool:
    """Start a delivery whose time has come; tell whether it could be.

    What stands in the way is told in its journal, and it is ready again.
    """
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    launch = Launch.objects.filter(pk=delivery_id).first()
    if delivery.status != SCHEDULED or launch is None or launch.starts_at > at:
        return False
    try:
        refuse_unless_sendable(delivery)
        heed_quiet_hours(delivery, contact_at=at, at=at)
        begin(delivery, launch, total=total(delivery), by=None, at=at)
    except NotAllowed as error:
        delivery.status = READY
        delivery.save(update_fields=["status", "modified_at"])
        text = f"The delivery could not start at its time: {error}"
        journal.write(delivery=delivery, code="DEL-1017", text=text, level=journal.ERROR, at=at)
        return False
    return True


def due(*, at: datetime) -> list[int]:
    """Return the deliveries whose time to start has come."""
    found = Launch.objects.filter(delivery__status=SCHEDULED, starts_at__lte=at)
    return list(found.order_by("delivery_id").values_list("delivery_id", flat=True))


@transaction.atomic
def release_wave(*, delivery_id: int, at: datetime) -> bool:
    """Let the next wave of a delivery leave, if it is due."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    launch = Launch.objects.select_for_update().get(pk=delivery_id)
    is_due = launch.next_wave_at is not None and launch.next_wave_at <= at
    if delivery.status != IN_PROGRESS or not is_due:
        return False
    first = launch.released + 1
    _next_wave(launch, at=at)
    launch.save()
    text = f"Wave {launch.wave} of {len(launch.ends)}: {launch.released - first + 1} messages."
    journal.write(delivery=delivery, code="DEL-1024", text=text, at=at)
    return True


def waves_due(*, at: datetime) -> list[int]:
    """Return the deliveries whose next wave is due."""
    found = Launch.objects.filter(delivery__status=IN_PROGRESS, next_wave_at__lte=at)
    return list(found.order_by("delivery_id").values_list("delivery_id", flat=True))
