"""What workers do for the record."""

from celery import shared_task
from django.utils import timezone

from deliveries import bulk, counters, incidents


@shared_task
def squash_counters(**_: object) -> int:
    """Replace counter deltas by their sums."""
    return counters.squash()


@shared_task
def work_bulk_acts(**_: object) -> int:
    """Go on with decisions about many addresses, as their rows tell."""
    return bulk.work(at=timezone.now())


@shared_task
def watch_for_outages(**_: object) -> int:
    """Look for outages, and fold addresses again where an incident has changed."""
    return incidents.watch(at=timezone.now())
