"""Acts on the database that wait while it is away, as a restart of PostgreSQL makes it."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

PAUSE_SECONDS = 0.5
LONGEST_SECONDS = 120.0

T = TypeVar("T")


def patiently(act: Callable[[], T]) -> T:
    """Do something in the database, again where its connection broke; at most for two minutes.

    The act may be done twice, where its commit was made but its answer lost.
    """
    until = time.monotonic() + LONGEST_SECONDS
    while True:
        try:
            return act()
        except (OperationalError, InterfaceError):
            if time.monotonic() > until or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(PAUSE_SECONDS)
