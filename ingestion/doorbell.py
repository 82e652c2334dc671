"""Tells a worker that something has come: from a thread of its own, at most five times a second.

A ring that is lost costs at most the sweeper's period, never data; nobody waits for it.
"""

import threading
import time

import structlog
from celery import current_app

from storage.own_thread import OwnThread

QUIET_SECONDS = 0.2
# A ring that no worker hears soon is the sweeper's business.
EXPIRES_SECONDS = 5
COMPLAIN_EVERY_SECONDS = 30.0

log = structlog.get_logger(__name__)


class Doorbell:
    """One thread per process that rings while there is something to ring for."""

    def __init__(self) -> None:
        self.wanted = threading.Event()
        self.thread = OwnThread(self._run, name="doorbell")
        self.complained_at = -COMPLAIN_EVERY_SECONDS

    def ring(self) -> None:
        """Ask for a ring and return at once."""
        self.wanted.set()
        self.thread.ensure()

    def _run(self) -> None:
        while True:
            self.wanted.wait()
            self.wanted.clear()
            try:
                current_app.send_task(
                    "ingestion.tasks.drain_inbox", expires=EXPIRES_SECONDS, retry=False
                )
            except Exception as error:  # noqa: BLE001  # any broker, any trouble: the sweeper comes
                self._complain(error)
            time.sleep(QUIET_SECONDS)

    def _complain(self, error: Exception) -> None:
        if time.monotonic() - self.complained_at > COMPLAIN_EVERY_SECONDS:
            self.complained_at = time.monotonic()
            log.warning("the broker is away, the sweeper takes over", error=type(error).__name__)


doorbell = Doorbell()
