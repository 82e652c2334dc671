"""Taking entries out of the mailbox and applying them, whatever one of them may be like."""

import time
from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError, transaction
from django.utils import timezone

from deliveries import incidents
from ingestion import figures, held, inbox, receipts
from ingestion.inbox import Entry
from ingestion.models import QueueItem
from ingestion.reading import Unreadable

# Five tries within a minute: the waits between them.
RETRY_AFTER_SECONDS = (2, 5, 10, 30)
# A task gives way to others now and then; the next ring or sweep goes on.
LONGEST_SECONDS = 30.0
# While there is much to do no other task may come to look for outages.
LOOK_SECONDS = 3.0
# Troubles of the database itself: the entries are not to blame.
DATABASE_TROUBLE = (OperationalError, InterfaceError, InternalError)

log = structlog.get_logger(__name__)


def drain(*, limit: int | None = None) -> int:
    """Apply what waits, batch after batch; return how many entries that were."""
    now = time.monotonic()
    until, look = now + LONGEST_SECONDS, now + LOOK_SECONDS
    done = 0
    while time.monotonic() < until:
        batch = drain_batch(limit=limit or settings.INBOX_BATCH)
        if not batch:
            break
        done += batch
        if time.monotonic() > look:
            incidents.look(at=timezone.now())
            look = time.monotonic() + LOOK_SECONDS
    return done


@transaction.atomic
def drain_batch(*, limit: int) -> int:
    """Apply one batch in one transaction; return how many entries it had."""
    entries = inbox.claim(limit=limit)
    if entries:
        _apply_or_bisect(entries)
    return len(entries)


def _apply_or_bisect(entries: Sequence[Entry]) -> None:
    """Apply entries together; where that fails, halve them until the one at fault stands alone."""
    try:
        with transaction.atomic():
            receipts.apply(entries, at=timezone.now())
    except DATABASE_TROUBLE:
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, only its entry is set aside
        if len(entries) == 1:
            _put_off(entries[0], error)
        else:
            middle = len(entries) // 2
            _apply_or_bisect(entries[:middle])
            _apply_or_bisect(entries[middle:])


def _put_off(entry: Entry, error: Exception) -> None:
    """Try an entry again later, or set it aside as dead after the last try."""
    # Only the kind of the error: its text may quote an address.
    cause = f"{type(error).__name__} while it was applied"
    log.warning("callback could not be applied", entry=entry.id, error=type(error).__name__)
    now = timezone.now()
    if not entry.again:
        for figure, key in figures.of_arrival(entry.proof):
            _count(entry, figure, key)
    if entry.attempts < len(RETRY_AFTER_SECONDS):
        QueueItem.objects.create(
            entry_id=entry.id,
            attempts=entry.attempts + 1,
            not_before=now + timedelta(seconds=RETRY_AFTER_SECONDS[entry.attempts]),
            error=cause,
            again=True,
        )
        return
    held.supersede([entry.id])
    held.bury([Unreadable(entry._replace(attempts=entry.attempts + 1), cause)])
    _count(entry, figures.DEAD)


def _count(entry: Entry, figure: str, key: str = "") -> None:
    bucket = figures.hour(entry.received_at)
    figures.add({figures.Tally(entry.account_id, figure, bucket, key): 1})
