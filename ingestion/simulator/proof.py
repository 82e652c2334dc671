"""Whether everything that was posted has arrived: nothing waits, nothing is owed, sums agree."""

import time
from functools import partial
from typing import NamedTuple

from django.db import connection

from deliveries import recount
from deliveries.models import Delivery
from ingestion.models import QueueItem
from ingestion.simulator import owed
from ingestion.simulator.patience import patiently
from providers.simulation import Profile

POLL_SECONDS = 0.3


class Proof(NamedTuple):
    """How a delivery stands: callbacks not applied yet, reports missing, figures that differ."""

    unapplied: int
    missing: int
    drifts: int

    @property
    def holds(self) -> bool:
        """Tell whether everything is as it has to be."""
        return self == (0, 0, 0)


def of(*, delivery: Delivery, profile: Profile, patience: float) -> Proof:
    """Compare a delivery with what was planned for it, once everything posted has been applied.

    patience: seconds to wait for workers that make no progress; what was parked in a race with
    its registration is theirs, too.
    """
    newest = patiently(_newest_entry)
    measure = partial(_measure, delivery, profile, newest)
    least, until = patiently(measure), time.monotonic() + patience
    while least != (0, 0) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
        now = patiently(measure)
        if now < least:
            least, until = now, time.monotonic() + patience
    drifts = patiently(partial(recount.drifts, delivery_ids=[delivery.pk]))
    return Proof(*least, len(drifts))


def _newest_entry() -> int:
    """Return an id above that of every callback accepted so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_id()")
        newest: int = cursor.fetchone()[0]
    return newest


def _measure(delivery: Delivery, profile: Profile, newest: int) -> tuple[int, int]:
    """Return how many callbacks wait, and how many reports are missing for another reason."""
    unapplied = QueueItem.objects.filter(entry_id__lt=newest).count()
    if unapplied:
        # They hold some of what is missing: it is looked for once they are applied.
        return unapplied, 0
    return 0, sum(map(len, owed.reports(delivery_id=delivery.pk, profile=profile)))
