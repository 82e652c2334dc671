"""Waiting for those who work behind the pages."""

import time
from collections.abc import Callable

from ingestion.simulator.patience import patiently

POLL_SECONDS = 0.2


def wait_for(holds: Callable[[], bool]) -> None:
    """Return once it holds; a database that is away is waited for."""
    while not patiently(holds):
        time.sleep(POLL_SECONDS)
