"""Looking for work in the rows themselves, so that no task exists only in the broker."""

from datetime import datetime

from django.db import transaction

from ingestion import held


@transaction.atomic
def sweep(*, at: datetime, all_ages: bool = False) -> int:
    """Put back what was parked in a race with its registration; return how many callbacks.

    Every few seconds those parked lately are looked at, every hour all of them.
    """
    return held.release_matched(at=at, all_ages=all_ages)
