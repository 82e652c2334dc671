"""Networks in which machines live and no phones: where a click from there comes from a program."""

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

# Of those who fetch what messages link to, as they publish them or as the registries list them.
FETCHERS = (
    # Meta: Facebook, Instagram, WhatsApp and Messenger (AS32934).
    "31.13.24.0/21", "31.13.64.0/18", "66.220.144.0/20", "69.63.176.0/20", "69.171.224.0/19",
    "74.119.76.0/22", "103.4.96.0/22", "129.134.0.0/17", "157.240.0.0/17", "173.252.64.0/18",
    "179.60.192.0/22", "185.60.216.0/22", "204.15.20.0/22", "2a03:2880::/32",
    # Googlebot: developers.google.com/search/apis/ipranges.
    "66.249.64.0/19", "2001:4860:4801::/48",
    # Bing and its previews: bing.com/toolbox/bingbot.json.
    "40.77.167.0/24", "40.77.188.0/22", "157.55.39.0/24", "207.46.13.0/24",
    # X, formerly Twitter (AS13414).
    "192.133.76.0/22", "199.16.156.0/22", "199.59.148.0/22",
    # Telegram: core.telegram.org/resources/cidr.txt.
    "91.108.4.0/22", "91.108.56.0/22", "149.154.160.0/20", "2001:67c:4e8::/48",
    "2001:b28:f23d::/48",
    # Applebot: search.developer.apple.com/applebot.json.
    "17.22.237.0/24", "17.22.245.0/24", "17.22.253.0/24", "17.241.75.0/24", "17.241.219.0/24",
    "17.241.227.0/24", "17.246.15.0/24", "17.246.19.0/24", "17.246.23.0/24",
)  # fmt: skip


class Networks:
    """Ranges of addresses, asked by binary search."""

    def __init__(self, ranges: Iterable[str]) -> None:
        """Take ranges as CIDR; raise ValueError."""
        nets = [ipaddress.ip_network(written) for written in ranges]
        self._tables = {
            version: _merged(net for net in nets if net.version == version) for version in (4, 6)
        }

    def __contains__(self, network: str) -> bool:
        """Tell whether a truncated address (CIDR) begins in one of the ranges."""
        try:
            asked = ipaddress.ip_network(network, strict=False)
        except ValueError:
            return False
        starts, ends = self._tables[asked.version]
        first = int(asked.network_address)
        place = bisect_right(starts, first) - 1
        return place >= 0 and first <= ends[place]


def _merged(
    nets: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network],
) -> tuple[list[int], list[int]]:
    """Return the first and last addresses of ranges, none of which lies in another."""
    starts: list[int] = []
    ends: list[int] = []
    found = sorted((int(net.network_address), int(net.broadcast_address)) for net in nets)
    for first, last in found:
        if ends and first <= ends[-1]:
            ends[-1] = max(ends[-1], last)
        else:
            starts.append(first)
            ends.append(last)
    return starts, ends


@lru_cache(maxsize=2)
def known(path: str = "") -> Networks:
    """Return our ranges, with those of a file (CIDR per line, # begins a comment).

    Read once by each process.  What cannot be used is left out, and logged.
    """
    if why := fault(path):
        log.error("DATA_CENTRES_FILE cannot be used", error=why)
        path = ""
    return Networks([*FETCHERS, *(_written(path) if path else ())])


def fault(path: str) -> str:
    """Return why a file of ranges cannot be used; empty where it can, or none is named."""
    try:
        if path:
            Networks(_written(path))
    except (OSError, ValueError) as error:
        return str(error)
    return ""


def _written(path: str) -> list[str]:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return [written for line in lines if (written := line.partition("#")[0].strip())]
