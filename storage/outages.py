"""What the log says of an outage: when it begins, once a minute while it lasts, when it is over."""

import os
import threading
import time

import structlog

EVERY_SECONDS = 60.0

log = structlog.get_logger(__name__)


class Outage:
    """The database as some threads of one process meet it, and what they do without it."""

    def __init__(self, *, by: str) -> None:
        """Begin in the belief that the database is there; by: who tells, in the log."""
        self.by = by
        self.forget()
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        """Take note that this is another process: it has met nothing yet."""
        self.lock = threading.Lock()
        self.began: float | None = None
        self.told = 0.0
        # Both since the database was last met.
        self.failed = 0
        self.kept = 0

    def missed(self, error: Exception) -> None:
        """Take note that the database did not answer."""
        now = time.monotonic()
        with self.lock:
            if self.began is None:
                self.began = self.told = now
                # The text of the error may quote what was to be stored.
                self._tell("the database is away", error=type(error).__name__)
            elif now - self.told >= EVERY_SECONDS:
                self.told = now
                self._tell("the database is still away", seconds=round(now - self.began, 1))

    def met(self) -> None:
        """Take note that the database has answered."""
        if self.began is None and not self.failed and not self.kept:
            return
        with self.lock:
            if self.began is not None:
                seconds = round(time.monotonic() - self.began, 1)
                self._tell("the database is back", seconds=seconds)
            self.began, self.failed, self.kept = None, 0, 0

    def fail(self) -> None:
        """Count somebody who waited for the database in vain."""
        with self.lock:
            self.failed += 1

    def keep(self) -> None:
        """Count something that is kept elsewhere, and waits for the database."""
        with self.lock:
            self.kept += 1

    def _tell(self, text: str, **more: object) -> None:
        log.warning(text, by=self.by, **more, failed=self.failed, kept=self.kept)
