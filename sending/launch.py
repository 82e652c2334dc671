"""The life of a delivery: started, paused, resumed, cancelled, each by somebody and at a time.

Two people may press at once: the row is locked, and the second finds what the first has done.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deliveries import journal
from deliveries.models import Delivery
from messaging.statuses import DeliveryStatus, stands
from sending import beginning, waves
from sending.beginning import NotAllowed
from sending.models import Launch
from sending.waves import BadWaves

EDITING, TARGETING, READY, SCHEDULED, IN_PROGRESS, PAUSED, CANCELLED = (
    DeliveryStatus.EDITING,
    DeliveryStatus.TARGETING,
    DeliveryStatus.READY,
    DeliveryStatus.SCHEDULED,
    DeliveryStatus.IN_PROGRESS,
    DeliveryStatus.PAUSED,
    DeliveryStatus.CANCELLED,
)
__all__ = [
    "Act",
    "BadStart",
    "NotAllowed",
    "cancel",
    "pause",
    "possible",
    "resume",
    "start",
    "why_not",
]

# Nobody plans further ahead; a wrong year is found by it.
FURTHEST = timedelta(days=366)
LONGEST_INTERVAL = timedelta(days=7)


class Act(StrEnum):
    """What a person can do with a delivery."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


# From which status each act leads on; everything else is refused.
FROM = {
    Act.START: (READY, SCHEDULED),
    Act.PAUSE: (IN_PROGRESS, SCHEDULED),
    Act.RESUME: (PAUSED,),
    Act.CANCEL: (EDITING, READY, SCHEDULED, IN_PROGRESS, PAUSED),
}
# What is said of every other status, but where more can be said.
_ONLY = {
    Act.START: gettext_lazy("%(stands)s: only one that is ready or scheduled can be started."),
    Act.PAUSE: gettext_lazy("%(stands)s: only one that is in progress or scheduled can be paused."),
    Act.RESUME: gettext_lazy("%(stands)s: only one that is paused can go on."),
    Act.CANCEL: gettext_lazy("%(stands)s: there is nothing left to stop."),
}
# The acts on what has begun: only where we are the ones who send.
OF_OURS = (Act.PAUSE, Act.RESUME, Act.CANCEL)


class BadStart(Exception):
    """What was asked for makes no start; `errors` says why, by the name of the field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def possible(delivery: Delivery) -> list[Act]:
    """Return what can be done with a delivery as it stands."""
    return possible_of([delivery])[delivery.pk]


def possible_of(deliveries: Sequence[Delivery]) -> dict[int, list[Act]]:
    """Return what can be done with each of some deliveries as they stand; one query."""
    begun = {each.pk for each in deliveries if each.status in (IN_PROGRESS, PAUSED)}
    of_others = begun - set(Launch.objects.filter(pk__in=begun).values_list("pk", flat=True))
    return {
        each.pk: [
            act
            for act in Act
            if each.status in FROM[act] and not (each.pk in of_others and act in OF_OURS)
        ]
        for each in deliveries
    }


def why_not(delivery: Delivery, act: Act) -> str:
    """Return why an act is not possible as a delivery stands, and the cure; else nothing."""
    if delivery.status in FROM[act]:
        if act in possible(delivery):
            return ""
        return _("Another system sends this delivery: it can only be stopped there.")
    if act is Act.START and delivery.status == EDITING:
        return _("The delivery is not prepared yet: prepare its target first.")
    if act is Act.START and delivery.status == TARGETING:
        return _("The delivery is being prepared: wait until that is done.")
    if act is Act.CANCEL and delivery.status == TARGETING:
        return _("The delivery is being prepared: stop the preparation first, then the delivery.")
    return str(_ONLY[act]) % {"stands": stands(delivery.status)}


@transaction.atomic
def start(
    *,
    delivery_id: int,
    by: AbstractBaseUser | None,
    at: datetime,
    starts_at: datetime | None = None,
    wanted: Sequence[object] = (),
    interval: timedelta | None = None,
) -> Delivery:
    """Start a delivery, now or at a time, all at once or in waves.

    Raises NotAllowed, and BadStart where time, waves or interval cannot be.
    """
    delivery = _locked(delivery_id, Act.START)
    cut = _checked(starts_at, wanted, interval, at=at)
    beginning.refuse_unless_sendable(delivery)
    beginning.heed_quiet_hours(delivery, contact_at=starts_at or at, at=at)
    total = beginning.total(delivery)
    fields = {
        "starts_at": starts_at or at,
        "asked_by_id": by.pk if by else None,
        "waves": cut,
        "interval": interval if len(cut) > 1 else None,
    }
    launch, _made = Launch.objects.update_or_create(delivery=delivery, defaults=fields)
    if starts_at is not None and starts_at > at:
        delivery.status = SCHEDULED
        delivery.contact_date = starts_at
        delivery.save(update_fields=["status", "contact_date", "modified_at"])
        text = f"Delivery scheduled for {starts_at.isoformat(timespec='minutes')}."
        journal.write(delivery=delivery, code="DEL-1015", text=text, by=by, at=at)
        return delivery
    beginning.begin(delivery, launch, total=total, by=by, at=at)
    return delivery


@transaction.atomic
def pause(*, delivery_id: int, by: AbstractBaseUser | None, at: datetime) -> Delivery:
    """Hand nothing over any more for a while; a scheduled delivery is ready again.

    What was claimed before this is committed still leaves: one batch at most.
    """
    delivery = _locked(delivery_id, Act.PAUSE)
    was_scheduled = delivery.status == SCHEDULED
    if was_scheduled:
        delivery.contact_date = None
    code, text = (
        ("DEL-1016", "Schedule withdrawn: the delivery is ready again.")
        if was_scheduled
        else ("DEL-1021", "Delivery paused.")
    )
    return _go(delivery, READY if was_scheduled else PAUSED, code, text, by=by, at=at)


@transaction.atomic
def resume(*, delivery_id: int, by: AbstractBaseUser | None, at: datetime) -> Delivery:
    """Go on with a paused delivery."""
    delivery = _locked(delivery_id, Act.RESUME)
    beginning.refuse_unless_sendable(delivery)
    return _go(delivery, IN_PROGRESS, "DEL-1022", "Delivery resumed.", by=by, at=at)


@transaction.atomic
def cancel(*, delivery_id: int, by: AbstractBaseUser | None, at: datetime) -> Delivery:
    """End a delivery: what has not left is cancelled by the worker, within seconds.

    Receipts of what has left are still waited for.
    """
    delivery = _locked(delivery_id, Act.CANCEL)
    delivery.finished_at = at
    # So that what a preparation has made of it is found and cancelled too.
    Launch.objects.get_or_create(delivery=delivery, defaults={"starts_at": at})
    return _go(delivery, CANCELLED, "DEL-1023", "Delivery cancelled.", by=by, at=at)


def _go(
    delivery: Delivery,
    status: DeliveryStatus,
    code: str,
    text: str,
    *,
    by: AbstractBaseUser | None,
    at: datetime,
) -> Delivery:
    delivery.status = status
    delivery.save(update_fields=["status", "contact_date", "finished_at", "modified_at"])
    journal.write(delivery=delivery, code=code, text=text, by=by, at=at)
    return delivery


def _locked(delivery_id: int, act: Act) -> Delivery:
    """Lock a delivery; raise NotAllowed where the act does not lead on from its status."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    if why := why_not(delivery, act):
        raise NotAllowed(why)
    return delivery


def _checked(
    starts_at: datetime | None,
    wanted: Sequence[object],
    interval: timedelta | None,
    *,
    at: datetime,
) -> list[str]:
    """Return the waves as they are kept; raise BadStart."""
    errors: dict[str, str] = {}
    cut: list[str] = []
    if starts_at is not None and not at - timedelta(minutes=1) <= starts_at <= at + FURTHEST:
        errors["at"] = _("Give a time to come, within a year.")
    try:
        cut = waves.check(wanted)
    except BadWaves as error:
        errors["waves"] = str(error)
    if len(cut) > 1 and not timedelta(minutes=1) <= (interval or timedelta()) <= LONGEST_INTERVAL:
        errors["interval"] = _("Give the minutes between two waves, from 1 to 10,080.")
    if errors:
        raise BadStart(errors)
    return cut
