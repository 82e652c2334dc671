"""Clicks on this machine's disk, for the time that the database is away.

Each process appends to a file of its own and syncs it before it answers; whoever loads takes a
file away from its writer first, and removes it once its clicks are committed.  A click that is
loaded twice is stored once, so that nothing here has to be exact but that nothing is lost.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError

from storage import batches
from storage.batches import Unavailable
from tracking import arrivals, clicks
from tracking.arrivals import Arrival

PATIENCE_SECONDS = 5.0
MOST_PER_STATEMENT = 1_000
WRITTEN, TAKEN, DAMAGED = ".clicks", ".loading", ".damaged"

log = structlog.get_logger(__name__)


class Full(Exception):
    """The spool has reached its size: until it is loaded no click can be acknowledged."""


def folder() -> Path:
    """Return where the files lie; it need not exist."""
    return Path(settings.SMSMONITOR_HOME) / "spool"


def is_waiting() -> bool:
    """Tell whether there are clicks to be loaded."""
    return any(_files())


def size() -> int:
    """Return how many bytes wait to be loaded."""
    return sum(_size(path) for path in _files())


@dataclass(slots=True)
class Job(batches.Job):
    """A click that is to be on the disk."""

    arrival: Arrival | None = None


class Spool(batches.Batcher[Job]):
    """The file of this process."""

    def __init__(self) -> None:
        """Begin without a file."""
        super().__init__(name="spool")
        self.path: Path | None = None
        self.descriptor = -1

    def keep(self, arrival: Arrival) -> None:
        """Return once a click is on the disk; raise Unavailable where it cannot be."""
        self.wait(Job(arrival=arrival), patience=PATIENCE_SECONDS)

    def do(self, jobs: Sequence[Job]) -> None:
        """Append clicks, and sync them together."""
        lines = "".join(f"{arrivals.written(job.arrival)}\n" for job in jobs if job.arrival)
        written = lines.encode()
        if size() + len(written) > settings.CLICK_SPOOL_MB << 20:
            raise Full
        with self._locked() as descriptor:
            end = os.fstat(descriptor).st_size
            try:
                left = memoryview(written)
                while left:
                    left = left[os.write(descriptor, left) :]
                os.fsync(descriptor)
            except OSError:
                # Half a line must not be the beginning of the next one.
                os.ftruncate(descriptor, end)
                raise

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Have the file to ourselves; a new one where the last has been taken away."""
        while True:
            if self.path is None or not self.path.name.startswith(f"{os.getpid()}-"):
                self._open()
            fcntl.flock(self.descriptor, fcntl.LOCK_EX)
            try:
                if self.path is not None and _is_at(self.path, self.descriptor):
                    yield self.descriptor
                    return
            finally:
                fcntl.flock(self.descriptor, fcntl.LOCK_UN)
            os.close(self.descriptor)
            self.path = None

    def _open(self) -> None:
        place = folder()
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = place / f"{os.getpid()}-{secrets.token_hex(4)}{WRITTEN}"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self.descriptor = os.open(path, flags, 0o600)
        self.path = path
        _sync_folder(place)


def load() -> int:
    """Store what lies in the spool and remove it; return how many clicks were new.

    Raises the database's own errors where it is away: everything stays as it was.
    """
    return sum(_load(path) for path in sorted(_files()))


def _load(path: Path) -> int:
    taken = _taken(path)
    if taken is None:
        return 0
    try:
        found, broken = _read(taken)
    except FileNotFoundError:
        # Somebody else loads at the same time, and has ended.
        return 0
    stored = 0
    try:
        for start in range(0, len(found), MOST_PER_STATEMENT):
            some = found[start : start + MOST_PER_STATEMENT]
            stored += arrivals.store(some)
            clicks.forget_erased({arrival.message_id for arrival in some})
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError as error:
        # Its text may quote what was to be stored.
        log.warning("spooled clicks cannot be stored", error=type(error).__name__)
        broken = len(found)
    if broken:
        log.error("spooled clicks are set aside", file=path.name, lines=broken)
        with suppress(FileNotFoundError):
            taken.rename(taken.with_suffix(DAMAGED))
    else:
        taken.unlink(missing_ok=True)
    return stored


def _taken(path: Path) -> Path | None:
    """Take a file away from its writer; None where somebody else has."""
    if path.suffix == TAKEN:
        return path
    taken = path.with_suffix(TAKEN)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        path.rename(taken)
    except FileNotFoundError:
        return None
    finally:
        os.close(descriptor)
    return taken


def _read(path: Path) -> tuple[list[Arrival], int]:
    """Return the clicks of a file, and how many lines tell of none."""
    *lines, _torn = path.read_bytes().split(b"\n")
    found, broken = [], 0
    for line in lines:
        try:
            found.append(arrivals.read(line))
        except (ValueError, TypeError):
            broken += 1
    return found, broken


def _files() -> Iterator[Path]:
    place = folder()
    if place.is_dir():
        yield from (path for path in place.iterdir() if path.suffix in {WRITTEN, TAKEN})


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(there, os.fstat(descriptor))


def _sync_folder(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


spool = Spool()

__all__ = ["Full", "Spool", "Unavailable", "folder", "is_waiting", "load", "size", "spool"]
