"""The letter box of a web process: one thread and one connection write what all threads receive.

Each request is answered only after the commit that holds it.
"""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingestion import figures, inbox
from ingestion.doorbell import doorbell
from ingestion.inbox import Arrival
from providers.models import ProviderAccount
from storage import batches
from storage.batches import Unavailable

__all__ = ["Batcher", "Unavailable", "batcher"]

# A provider is answered within three seconds even while the database is away.
PATIENCE_SECONDS = 2.2


@dataclass(slots=True)
class Job(batches.Job):
    """Something one request waits for: an arrival to be stored, or an account to be found."""

    arrival: Arrival | None = None
    token: str = ""
    refused: figures.Tally | None = None
    found: Any = None


class Batcher(batches.Batcher[Job]):
    """Stores callbacks, finds accounts and counts what is refused.

    A commit whose answer was lost may be stored twice, which the merge does not mind.
    """

    def __init__(self) -> None:
        """Give its thread a name."""
        super().__init__(name="batcher")

    def store(self, arrival: Arrival) -> None:
        """Return once the arrival is committed; raise Unavailable where that did not happen."""
        self.wait(Job(arrival=arrival), patience=PATIENCE_SECONDS)

    def account(self, token: str, *, patience: float = PATIENCE_SECONDS) -> ProviderAccount | None:
        """Look an account up by its token; raise Unavailable where that takes too many seconds."""
        account: ProviderAccount | None = self.wait(Job(token=token), patience=patience).found
        return account

    def count(self, figure: str, *, account_id: int, at: datetime) -> None:
        """Count a callback that is not stored, without waiting for it."""
        tally = figures.Tally(account_id, figure, figures.hour(at))
        self.put(Job(refused=tally, deadline=time.monotonic() + PATIENCE_SECONDS))

    def do(self, jobs: Sequence[Job]) -> None:
        """Store, find and count."""
        batches.connect()
        if arrived := [job for job in jobs if job.arrival]:
            inbox.store([job.arrival for job in arrived if job.arrival])
            doorbell.ring()
            # Committed: whatever fails below is done again without them.
            for job in arrived:
                job.arrival = None
        if wanted := [job for job in jobs if job.token]:
            _look_up(wanted)
        if refused := Counter(job.refused for job in jobs if job.refused):
            figures.add(refused)


def _look_up(jobs: Iterable[Job]) -> None:
    accounts = ProviderAccount.objects.in_bulk({job.token for job in jobs}, field_name="token")
    for job in jobs:
        job.found = accounts.get(job.token)


batcher = Batcher()
