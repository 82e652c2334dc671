"""The letter box of a web process: one thread and one connection write what all threads receive.

Whatever has come while the last commit was on its way goes into the next one, in one statement;
each request is answered only after the commit that holds it.
"""

import queue
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection

from ingestion import figures, inbox
from ingestion.doorbell import doorbell
from ingestion.inbox import Arrival
from ingestion.own_thread import OwnThread
from providers.models import ProviderAccount

MOST_PER_COMMIT = 500
GATHER_SECONDS = 0.002
# A provider is answered within three seconds even while the database is away.
PATIENCE_SECONDS = 2.2
STATEMENT_TIMEOUT = "2s"

log = structlog.get_logger(__name__)


class Unavailable(Exception):
    """The database did not take the work in time; nothing was promised."""


@dataclass(slots=True)
class Job:
    """Something one request waits for: an arrival to be stored, or an account to be found."""

    arrival: Arrival | None = None
    token: str = ""
    refused: figures.Tally | None = None
    deadline: float = 0.0
    found: Any = None
    failed: bool = False
    done: threading.Lock = field(default_factory=threading.Lock)


class Batcher:
    """Collects jobs from many threads; one thread of its own does them together."""

    def __init__(self) -> None:
        self.jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self.thread = OwnThread(self._run, name="batcher")

    def store(self, arrival: Arrival) -> None:
        """Return once the arrival is committed; raise Unavailable where that did not happen."""
        self._wait(Job(arrival=arrival))

    def account(self, token: str, *, patience: float = PATIENCE_SECONDS) -> ProviderAccount | None:
        """Look an account up by its token; raise Unavailable where that takes too many seconds."""
        account: ProviderAccount | None = self._wait(Job(token=token), patience).found
        return account

    def count(self, figure: str, *, account_id: int, at: datetime) -> None:
        """Count a callback that is not stored, without waiting for it."""
        tally = figures.Tally(account_id, figure, figures.hour(at))
        self._put(Job(refused=tally, deadline=time.monotonic() + PATIENCE_SECONDS))

    def _wait(self, job: Job, patience: float = PATIENCE_SECONDS) -> Job:
        job.deadline = time.monotonic() + patience
        job.done.acquire()
        self._put(job)
        if not job.done.acquire(timeout=patience) or job.failed:
            raise Unavailable
        return job

    def _put(self, job: Job) -> None:
        self.jobs.put(job)
        self.thread.ensure()

    def _run(self) -> None:
        while True:
            _serve(self._collect())

    def _collect(self) -> list[Job]:
        """Wait for a job, then take what else has come."""
        jobs = [self.jobs.get()]
        # What comes in the next moment shares this commit.
        time.sleep(GATHER_SECONDS)
        while len(jobs) < MOST_PER_COMMIT:
            try:
                jobs.append(self.jobs.get_nowait())
            except queue.Empty:
                break
        now = time.monotonic()
        for job in jobs:
            # Whoever waited for it was told that it failed.
            if job.deadline < now:
                job.failed = True
        return [job for job in jobs if not job.failed]


def _serve(jobs: Sequence[Job]) -> None:
    """Do jobs and release whoever waits for them; one that cannot be done fails alone."""
    try:
        _do_or_reconnect(jobs)
    except (OperationalError, InterfaceError) as error:
        log.warning("callbacks could not be stored", error=type(error).__name__)
        _give_up(jobs)
    except Exception as error:  # noqa: BLE001  # this thread serves every request
        if len(jobs) > 1:
            for job in jobs:
                _serve([job])
        else:
            # The text of the error may quote what was to be stored.
            log.warning("a callback could not be stored", error=type(error).__name__)
            _give_up(jobs)


def _do_or_reconnect(jobs: Sequence[Job]) -> None:
    """Do the jobs; where the connection has died meanwhile, once more on a new one.

    A commit whose answer was lost may then be stored twice, which the merge does not mind.
    """
    try:
        _do(jobs)
    except (OperationalError, InterfaceError):
        connection.close()
        _do(jobs)
    _release(jobs)


def _do(jobs: Sequence[Job]) -> None:
    if connection.connection is None:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'")
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


def _give_up(jobs: Iterable[Job]) -> None:
    connection.close()
    for job in jobs:
        job.failed = True
    _release(jobs)


def _release(jobs: Iterable[Job]) -> None:
    for job in jobs:
        if job.done.locked():
            job.done.release()


batcher = Batcher()
