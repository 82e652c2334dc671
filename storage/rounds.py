"""Work that comes in batches, done for a while: then it gives way to others, and goes on later."""

import time
from collections.abc import Callable


def work(batch: Callable[[], int], *, seconds: float) -> int:
    """Do batch after batch until one finds nothing, or for so long; return what they found.

    batch: one transaction of its own; tells how much it found, or whether there was anything.
    """
    until = time.monotonic() + seconds
    found = 0
    while time.monotonic() < until and (number := batch()):
        found += number
    return found
