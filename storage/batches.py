"""What many threads ask for, done together by one thread with one connection of its own.

Whatever has come while the last piece of work was on its way goes into the next one; whoever
waits is released only after the piece that holds his job is done.
"""

import queue
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection

from storage.outages import Outage
from storage.own_thread import OwnThread

MOST_AT_ONCE = 500
GATHER_SECONDS = 0.002
STATEMENT_TIMEOUT = "2s"

log = structlog.get_logger(__name__)


class Unavailable(Exception):
    """The work was not done in time; nothing was promised."""


@dataclass(slots=True)
class Job:
    """Something that one thread waits for; a kind of job says what by fields of its own."""

    deadline: float = 0.0
    failed: bool = False
    done: threading.Lock = field(default_factory=threading.Lock)


AnyJob = TypeVar("AnyJob", bound=Job)


class Batcher(Generic[AnyJob]):
    """Collects jobs from many threads; one thread of its own does them together."""

    # How often it waits for more, as long as more comes.
    turns = 1

    def __init__(self, *, name: str) -> None:
        self.name = name
        self.jobs: queue.SimpleQueue[AnyJob] = queue.SimpleQueue()
        self.outage = Outage(by=name)
        self.thread = OwnThread(self._run, name=name)

    def do(self, jobs: Sequence[AnyJob]) -> None:
        """Do some jobs together; a failure of the database may make it do them again."""
        raise NotImplementedError

    def wait(self, job: AnyJob, *, patience: float) -> AnyJob:
        """Return the job once it is done; raise Unavailable where that takes too many seconds."""
        if not self.is_done(job, patience=patience):
            self.outage.fail()
            raise Unavailable
        return job

    def is_done(self, job: AnyJob, *, patience: float) -> bool:
        """Wait for a job; tell whether it was done in time."""
        job.deadline = time.monotonic() + patience
        job.done.acquire()
        self.put(job)
        return job.done.acquire(timeout=patience) and not job.failed

    def put(self, job: AnyJob) -> None:
        """Have a job done until its deadline, without waiting for it."""
        self.jobs.put(job)
        self.thread.ensure()

    def _run(self) -> None:
        while True:
            self._serve(self._collect())

    def _collect(self) -> list[AnyJob]:
        """Wait for a job, then take what else has come."""
        jobs = [self.jobs.get()]
        # What comes in the next moment is done with it.
        waiting = 0
        for _ in range(self.turns):
            time.sleep(GATHER_SECONDS)
            if self.jobs.qsize() <= waiting:
                break
            waiting = self.jobs.qsize()
        while len(jobs) < MOST_AT_ONCE:
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

    def _serve(self, jobs: Sequence[AnyJob]) -> None:
        """Do jobs and release whoever waits for them; one that cannot be done fails alone."""
        try:
            self._do_or_reconnect(jobs)
        except (OperationalError, InterfaceError) as error:
            self.outage.missed(error)
            _give_up(jobs)
        except Exception as error:  # noqa: BLE001  # this thread serves every request
            if len(jobs) > 1:
                for job in jobs:
                    self._serve([job])
            else:
                # The text of the error may quote what was to be stored.
                why = type(error).__name__
                log.warning("what came in could not be stored", by=self.name, error=why)
                _give_up(jobs)

    def _do_or_reconnect(self, jobs: Sequence[AnyJob]) -> None:
        """Do the jobs; where the connection has died meanwhile, once more on a new one.

        A commit whose answer was lost may then be made twice, which the work must not mind.
        """
        try:
            self.do(jobs)
        except (OperationalError, InterfaceError):
            connection.close()
            self.do(jobs)
        self.outage.met()
        _release(jobs)


def connect() -> None:
    """Have a connection on which no statement takes longer than whoever waits for it."""
    if connection.connection is None:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'")


def _give_up(jobs: Iterable[Job]) -> None:
    connection.close()
    for job in jobs:
        job.failed = True
    _release(jobs)


def _release(jobs: Iterable[Job]) -> None:
    for job in jobs:
        if job.done.locked():
            job.done.release()
