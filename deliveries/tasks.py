"""What workers do for the record."""

from celery import shared_task

from deliveries import counters


@shared_task
def squash_counters(**_: object) -> int:
    """Replace counter deltas by their sums."""
    return counters.squash()
