"""The way out through an account: how fast, and whether at all; shared by all workers.

Every worker takes its share under the lock of one row, so that two of them together are as fast
as the account allows.  After failures in a row the lane closes: then one message at a time is a
trial, and the first that is answered opens it again.
"""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from deliveries import journal
from deliveries.models import Delivery
from messaging.statuses import DeliveryStatus
from providers import registry
from providers.models import ProviderAccount
from sending.models import Lane
from sending.models.lane import MOST_A_SECOND

# So many seconds' worth may leave at once: what a worker that was away a moment catches up.
BURST_SECONDS = 1.5
FAILURES = 5
# How long nothing leaves before the first trial; each one that fails doubles it.
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=10)
# A trial is given this long before another worker may make the next.
TRIAL = timedelta(seconds=30)
# Where the provider says only that it is too much.
TOO_MUCH = timedelta(seconds=2)
CLOSED, OPENED, CHANGED = "SND-1001", "SND-1002", "SND-1003"
DELIVERY_CLOSED, DELIVERY_OPENED = "DEL-1061", "DEL-1062"


class BadRate(Exception):
    """The rate is none that can be kept; the text is for people."""


class Share(NamedTuple):
    """How many messages may leave now; is_held: nothing may, for a while."""

    size: int
    rate: int
    is_held: bool = False


class Tally(NamedTuple):
    """How one hand-over went, for the lane.

    error: why it failed for no fault of its message, empty where the provider answered.
    is_final: no other message will do better.  pause: seconds that the provider asks for.
    """

    error: str = ""
    is_final: bool = False
    pause: float | None = None


def rate_of(account: ProviderAccount, lane: Lane | None) -> int:
    """Return how many messages a second may leave: as the account says, or its provider's file."""
    if lane is not None and lane.rate:
        return lane.rate
    submitter = registry.get(account.kind).submitter
    return submitter.rate if submitter else 1


def of(*, account_id: int) -> Lane | None:
    """Return the lane of an account, None while nothing was ever said of it."""
    return Lane.objects.filter(pk=account_id).first()


@transaction.atomic
def limit(
    *, account: ProviderAccount, rate: int | None, by: AbstractBaseUser | None, at: datetime
) -> None:
    """Set how many messages a second may leave; None: as for all accounts of the kind."""
    if rate is not None and not 1 <= rate <= MOST_A_SECOND:
        raise BadRate(_("Give messages per second, from 1 to %(most)d.") % {"most": MOST_A_SECOND})
    lane = _locked(account.pk)
    if lane.rate == rate:
        return
    lane.rate = rate
    lane.save(update_fields=["rate"])
    said = f"{rate} messages a second" if rate else "as fast as its kind"
    text = f"Account {account.pk} sends {said}."
    journal.write(delivery=None, code=CHANGED, text=text, by=by, at=at)


def take(*, account: ProviderAccount, most: int, at: datetime) -> Share:
    """Take a share of what may leave now, in the running transaction."""
    lane = _locked(account.pk)
    rate = rate_of(account, lane)
    if lane.is_held(at=at):
        return Share(0, rate, is_held=True)
    since = (at - lane.counted_at).total_seconds() if lane.counted_at else BURST_SECONDS
    full = max(rate * BURST_SECONDS, 1.0)
    lane.allowance = min(full, lane.allowance + max(since, 0.0) * rate)
    lane.counted_at = max(lane.counted_at or at, at)
    size = min(int(lane.allowance), most, 1 if lane.closed_at else most)
    lane.allowance -= size
    if lane.closed_at and size:
        lane.not_before = at + TRIAL
    lane.save(update_fields=["allowance", "counted_at", "not_before"])
    return Share(size, rate)


@transaction.atomic
def give_back(*, account_id: int, size: int) -> None:
    """Give back what was taken and not used."""
    lane = _locked(account_id)
    lane.allowance += size
    if lane.closed_at:
        lane.not_before = None
    lane.save(update_fields=["allowance", "not_before"])


@transaction.atomic
def report(
    *,
    account: ProviderAccount,
    tallies: Iterable[Tally],
    at: datetime,
    left_at: datetime | None = None,
) -> None:
    """Take note of how hand-overs went; close the lane, or open it again.

    left_at: when they were claimed, None for just now.  What left before the lane closed is no
    trial: that it failed too makes the pause no longer.
    """
    lane = _locked(account.pk)
    was_closed = lane.closed_at is not None
    for tally in tallies:
        _note(lane, tally, at=at, left_at=left_at or at)
    lane.save()
    if was_closed != (lane.closed_at is not None):
        _tell(account, lane, at=at)


def _note(lane: Lane, tally: Tally, *, at: datetime, left_at: datetime) -> None:
    if tally.pause is not None:
        pause = timedelta(seconds=tally.pause) if tally.pause else TOO_MUCH
        lane.not_before = max(lane.not_before or at, at + pause)
        return
    if not tally.error:
        if lane.closed_at is not None:
            lane.closed_at = lane.not_before = None
        lane.failures = lane.trials = 0
        return
    lane.failures += 1
    lane.last_error = tally.error[:500]
    if lane.closed_at is not None and left_at < lane.closed_at:
        return
    if lane.closed_at is not None or tally.is_final or lane.failures >= FAILURES:
        lane.closed_at = lane.closed_at or at
        # Not all accounts of a provider that comes back at the same moment.
        jitter = random.uniform(0.8, 1.2)  # noqa: S311  # no secret
        pause = min(FIRST_PAUSE * 2 ** min(lane.trials, 10), LONGEST_PAUSE) * jitter
        lane.trials += 1
        lane.not_before = max(lane.not_before or at, at + pause)


def _tell(account: ProviderAccount, lane: Lane, *, at: datetime) -> None:
    """Say in the journals of the system and of what is under way that a lane closed or opened."""
    if lane.closed_at is not None:
        codes, level = (CLOSED, DELIVERY_CLOSED), journal.WARNING
        text = f"{account.name} takes nothing: {lane.last_error} It is tried again by itself."
    else:
        codes, level = (OPENED, DELIVERY_OPENED), journal.INFO
        text = f"{account.name} takes messages again."
    journal.write(delivery=None, code=codes[0], text=text, level=level, at=at)
    under_way = Delivery.objects.filter(
        account=account, status=DeliveryStatus.IN_PROGRESS, launch__isnull=False
    )
    for delivery in under_way.order_by("id"):
        journal.write(delivery=delivery, code=codes[1], text=text, level=level, at=at)


def _locked(account_id: int) -> Lane:
    Lane.objects.get_or_create(account_id=account_id)
    return Lane.objects.select_for_update().get(account_id=account_id)
