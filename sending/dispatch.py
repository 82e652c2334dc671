"""Dispatch: batch after batch is claimed, handed over, and what became of it written down.

The attempt is committed before a message leaves, and whatever is not certainly untaken is never
sent again: a worker may die at any moment, and nobody gets a message twice.
"""

import time
from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from providers import registry
from providers.courier import Fleet, Patience
from providers.models import ProviderAccount
from providers.registry import CannotSend
from providers.secrets import UnreadableCredentials
from providers.submissions import Submitter
from sending import claims, handover, lanes, results, withdrawing
from sending.claims import Claimed
from sending.handover import Result
from sending.lanes import Tally

# A run gives way to others so often; the next one goes on.
RUN_SECONDS = 3.0
# What a batch may hold: so many may be in doubt when a worker is killed.
MOST_AT_ONCE = 64
BATCHES_A_SECOND = 8
# How long answers wait to be written together with others.
WRITE_SECONDS = 0.5
# Faster lanes wait for their share within the run.
FAST = 20
PAUSE_SECONDS = 0.02
# Answers that cannot be written are kept for so long: longer than a restart of PostgreSQL.
PATIENCE_SECONDS = 60.0

log = structlog.get_logger(__name__)


def run(*, account_id: int, seconds: float = RUN_SECONDS, patience: Patience | None = None) -> int:
    """Hand over what may leave through an account for a while; return how many messages left."""
    account = ProviderAccount.objects.get(pk=account_id)
    try:
        submitter = registry.submitter(account.kind, account.credentials)
    except (CannotSend, UnreadableCredentials) as error:
        at = timezone.now()
        if not (lane := lanes.of(account_id=account_id)) or not lane.is_held(at=at):
            lanes.report(account=account, tallies=[Tally(str(error), is_final=True)], at=at)
        return 0
    rate = lanes.rate_of(account, lanes.of(account_id=account_id))
    fleet = handover.fleet(rate=rate, patience=patience)
    try:
        return _run(account, submitter, fleet, seconds=seconds)
    finally:
        fleet.close()


def _run(account: ProviderAccount, submitter: Submitter, fleet: Fleet, *, seconds: float) -> int:
    until = time.monotonic() + seconds
    left = 0
    while time.monotonic() < until:
        at = timezone.now()
        rate = lanes.rate_of(account, lanes.of(account_id=account.pk))
        most = min(max(rate // BATCHES_A_SECOND, 1), MOST_AT_ONCE)
        share, batch = claims.claim(account=account, most=most, at=at)
        if batch:
            left += _hand_over(batch, account, submitter, fleet, at=at)
        elif share.size or share.rate < FAST or share.is_held:
            break
        else:
            time.sleep(PAUSE_SECONDS)
    return left


def _hand_over(
    batch: Sequence[Claimed],
    account: ProviderAccount,
    submitter: Submitter,
    fleet: Fleet,
    *,
    at: datetime,
) -> int:
    """Hand a batch over and write what became of it; return how many messages left.

    at: when it was claimed.
    """
    batch = withdrawing.sift(batch, at=timezone.now())
    waiting: list[Result] = []
    written_at = time.monotonic()
    carried = handover.carry(batch, account=account, submitter=submitter, fleet=fleet, at=at)
    for result in carried:
        if result is not None:
            waiting.append(result)
        if waiting and time.monotonic() - written_at > WRITE_SECONDS:
            _write(waiting, account, left_at=at)
            waiting, written_at = [], time.monotonic()
    _write(waiting, account, left_at=at)
    return len(batch)


def _write(found: Sequence[Result], account: ProviderAccount, *, left_at: datetime) -> None:
    """Write what became of messages, again and again while the database is away.

    What cannot be written at last is found by its age, and is in doubt.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while found:
        at = timezone.now()
        try:
            results.write(found, account=account, at=at)
            tallies = [result.tally for result in found]
            lanes.report(account=account, tallies=tallies, at=at, left_at=left_at)
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() > until or connection.in_atomic_block:
                raise
            log.warning("answers wait for the database", error=type(error).__name__)
            connection.close()
            time.sleep(WRITE_SECONDS)
        else:
            return
