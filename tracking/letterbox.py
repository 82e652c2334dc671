"""The letter box of links: one thread and one connection per web process look up and store."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from django.db import DatabaseError, connection

from storage import batches
from storage.batches import Unavailable
from storage.own_thread import OwnThread
from tracking import arrivals, known, spool
from tracking.arrivals import Arrival
from tracking.known import Known
from tracking.tokens import Month

__all__ = ["Gone", "Letterbox", "Unavailable", "letterbox"]

# After this a click goes to the disk, and whoever clicked on to where the link leads.
COMMIT_SECONDS = 0.3
LOOK_UP_SECONDS = 2.0
# For this long after a commit that did not come, clicks go to the disk at once.
AWAY_SECONDS = 1.0
LOAD_EVERY_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Gone(Exception):
    """The link that was clicked has been erased: the click was not kept."""


@dataclass(slots=True)
class Job(batches.Job):
    """What one request waits for: a click to be stored, a link or the domains to be found."""

    arrival: Arrival | None = None
    token: str = ""
    month: Month | None = None
    hosts: Mapping[str, frozenset[int]] | None = None
    found: Known | None = None
    gone: bool = False


class Letterbox(batches.Batcher[Job]):
    """Finds links and stores clicks, in the database or on the disk."""

    # A commit costs far more than a click: it pays to wait for those that are about to come.
    turns = 4

    def __init__(self) -> None:
        """Begin in the belief that the database is there."""
        super().__init__(name="letterbox")
        self.away_until = 0.0
        self.spooled = threading.Event()
        self.loader = OwnThread(self._load, name="spool-loader")

    def keep(self, arrival: Arrival) -> None:
        """Return once a click is committed or on the disk; raise Unavailable where neither is.

        Raises Gone where its link is no more, which only the database can tell.
        """
        if time.monotonic() >= self.away_until:
            job = Job(arrival=arrival)
            if self.is_done(job, patience=COMMIT_SECONDS):
                if job.gone:
                    raise Gone
                return
            self.away_until = time.monotonic() + AWAY_SECONDS
        self._keep_on_disk(arrival)

    def find(self, token: str, month: Month, *, patience: float = LOOK_UP_SECONDS) -> Known | None:
        """Look a link up; raise Unavailable where that takes too many seconds."""
        return self.wait(Job(token=token, month=month), patience=patience).found

    def hosts(self, *, patience: float = LOOK_UP_SECONDS) -> Mapping[str, frozenset[int]]:
        """Look the short domains up; raise Unavailable where that takes too many seconds."""
        return self.wait(Job(hosts={}), patience=patience).hosts or {}

    def do(self, jobs: Sequence[Job]) -> None:
        """Store clicks, then find what is looked for."""
        batches.connect()
        if clicked := [job.arrival for job in jobs if job.arrival]:
            gone = arrivals.store_linked(clicked)
            for job in jobs:
                job.gone = job.arrival is not None and job.arrival.request_id in gone
        if wanted := [(job.token, job.month) for job in jobs if job.month]:
            found = known.find(wanted)
            for job in jobs:
                job.found = found.get(job.token)
        if asking := [job for job in jobs if job.hosts is not None]:
            hosts = known.hosts()
            for job in asking:
                job.hosts = hosts

    def _keep_on_disk(self, arrival: Arrival) -> None:
        try:
            spool.spool.keep(arrival)
        except Unavailable:
            self.outage.fail()
            raise
        self.outage.keep()
        self.spooled.set()
        self.loader.ensure()

    def _load(self) -> None:
        """Bring what is on the disk into the database as soon as that is back."""
        while True:
            self.spooled.wait()
            time.sleep(LOAD_EVERY_SECONDS)
            self.spooled.clear()
            try:
                batches.connect()
                spool.load()
                self.outage.met()
            except DatabaseError as error:
                self.outage.missed(error)
                self.spooled.set()
            except Exception as error:  # noqa: BLE001  # this thread serves every outage
                log.warning("the spool could not be loaded", error=type(error).__name__)
                self.spooled.set()
            finally:
                connection.close()


letterbox = Letterbox()
