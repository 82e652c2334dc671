"""Who asks: the address of a request, and what of it may be kept."""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

# What is kept of an address: enough to tell networks apart, too little to tell people apart.
KEPT_BITS = {4: 24, 6: 48}


def address_of(meta: Mapping[str, Any]) -> str:
    """Return where a request comes from, by its META; behind TLS a proxy of ours names it last."""
    peer: str = meta.get("REMOTE_ADDR", "")
    if not settings.BEHIND_TLS:
        return peer
    forwarded: str = meta.get("HTTP_X_FORWARDED_FOR", "")
    return forwarded.rpartition(",")[2].strip() or peer


def host_of(meta: Mapping[str, Any]) -> str:
    """Return the host that a request names, without its port, whether it is one of ours or not."""
    named: str = (meta.get("HTTP_HOST") or meta.get("SERVER_NAME", "")).lower()
    if named.startswith("["):
        return named.partition("]")[0] + "]"
    return named.partition(":")[0]


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Return the network of an address (/24, IPv6: /48); empty for what is no address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    network = ipaddress.ip_network((found, KEPT_BITS[found.version]), strict=False)
    return str(network)
