"""Locks between processes: the kernel frees them with their holder, so none is ever stale."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_RETRY = 0.05


class Held(Exception):
    """Another process holds the lock; the text is what it wrote there."""


class Lock:
    """One lock file.

    The file itself says nothing: a lock is held while a living process holds it, whatever an
    earlier one wrote there before it was killed.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, *, shared: bool = False, patience: float = 0) -> None:
        """Take the lock, waiting `patience` seconds for it; raises Held."""
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise Held(self.note()) from None
                time.sleep(_RETRY)
            else:
                return

    def release(self) -> None:
        """Give the lock back."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def write(self, note: str) -> None:
        """Write, for those who find the lock held, what holds it."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, note.encode(), 0)

    def note(self) -> str:
        """Return what the holder wrote."""
        return os.pread(self._descriptor, 500, 0).decode(errors="replace").strip()

    def close(self) -> None:
        """Give the lock back and forget the file."""
        os.close(self._descriptor)


@contextmanager
def opened(path: Path) -> Iterator[Lock]:
    """Open a lock file, and close it again whatever happens."""
    lock = Lock(path)
    try:
        yield lock
    finally:
        lock.close()


def is_held(path: Path) -> bool:
    """Tell whether a living process holds the lock for itself alone."""
    with opened(path) as lock:
        try:
            lock.take(shared=True)
        except Held:
            return True
        return False
