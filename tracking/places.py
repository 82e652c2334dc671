"""The country a click came from: only if the operator supplies a database of them."""

import ipaddress
from functools import lru_cache

import maxminddb
import structlog

log = structlog.get_logger(__name__)


def country(network: str, *, path: str) -> str:
    """Return the country (ISO 3166) of a truncated address, as a database in MaxMind's format says.

    Empty where no database is named, where it cannot be used, or where it does not know.
    """
    reader = _opened(path) if path and network else None
    if reader is None:
        return ""
    try:
        found = reader.get(ipaddress.ip_network(network, strict=False).network_address)
    except ValueError:  # No address, or one of a version that the database does not hold.
        return ""
    for name in ("country", "registered_country"):
        place = found.get(name) if isinstance(found, dict) else None
        if isinstance(place, dict) and isinstance(code := place.get("iso_code"), str):
            return code
    return ""


def fault(path: str) -> str:
    """Return why a database cannot be used; empty where it can, or none is named."""
    try:
        if path:
            maxminddb.open_database(path).close()
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        return str(error)
    return ""


@lru_cache(maxsize=2)
def _opened(path: str) -> maxminddb.Reader | None:
    if why := fault(path):
        # Clicks are judged without countries rather than not at all.
        log.error("COUNTRY_DATABASE cannot be used", error=why)
        return None
    return maxminddb.open_database(path)
