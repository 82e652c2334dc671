"""How long raw callbacks live: whole days are dropped, never one in which something waits."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings

from ingestion.models import HeldCallback, InboxEntry, QueueItem
from storage import partitions

log = structlog.get_logger(__name__)


def drop_old_entries(*, at: datetime) -> list[str]:
    """Drop the days of the inbox that are past their retention; return the partitions' names.

    Parked and dead callbacks have been copied out; discarded ones go with their day.
    """
    boundary = at - timedelta(days=settings.INBOX_RETENTION_DAYS)
    dropped = []
    for partition in partitions.existing(partitions.of(InboxEntry)):
        if partition.until > boundary:
            continue
        if QueueItem.objects.filter(
            entry_id__gte=partition.low, entry_id__lt=partition.high
        ).exists():
            log.warning("inbox day kept: callbacks in it still wait", partition=partition.name)
            continue
        partitions.drop(partition)
        dropped.append(partition.name)
    HeldCallback.objects.filter(
        state=HeldCallback.State.DISCARDED, decided_at__lt=boundary
    ).delete()
    return dropped
