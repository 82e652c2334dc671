"""Waiting for what another thread or process does, no longer than needed."""

import time
from collections.abc import Callable

from django.db import connection

PATIENCE_SECONDS = 60


def until(holds: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
    """Return once it holds; fail where that takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def somebody_waits() -> bool:
    """Tell whether a connection waits for a lock."""
    with connection.cursor() as cursor:
        # Within a transaction the view stays as it was first read.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        waits: bool = cursor.fetchone()[0]
    return waits
