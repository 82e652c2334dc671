"""Clients that look for links that are not there: a few are mistaken, many are guessing."""

import ipaddress
import time
from functools import lru_cache

# What leads nowhere is answered with a request to wait from so many on.
MOST = 30
# Of tokens with a right check, which nobody guesses: from so many on none of theirs is looked up.
MOST_UNKNOWN = 1_000
WINDOW_SECONDS = 60.0
MOST_CLIENTS = 10_000


class Misses:
    """Counts requests for links that are not there, by client, in the memory of one process."""

    def __init__(self, *, most: int) -> None:
        """Begin with nobody; most: how many a client has in a minute."""
        self.most = most
        self.window = -1
        self.counts: dict[str, int] = {}

    def is_over(self, address: str) -> bool:
        """Tell whether a client has to wait."""
        return self._counts().get(_client(address), 0) >= self.most

    def note(self, address: str) -> None:
        """Count a request for a link that is not there."""
        counts = self._counts()
        client = _client(address)
        if client in counts or len(counts) < MOST_CLIENTS:
            counts[client] = counts.get(client, 0) + 1

    def _counts(self) -> dict[str, int]:
        window = int(time.monotonic() / WINDOW_SECONDS)
        if window != self.window:
            self.window, self.counts = window, {}
        return self.counts


@lru_cache(maxsize=4096)
def _client(address: str) -> str:
    """Return an address, of IPv6 its network: whoever has one has all of it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(int(found) >> 64)  # noqa: PLR2004  # IPv4


misses = Misses(most=MOST)
unknown = Misses(most=MOST_UNKNOWN)
