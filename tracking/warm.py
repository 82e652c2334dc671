"""Links in memory: who has been here before is answered without the database, and while it is away.

Beside the memory of each process there is that of Redis, which is asked only where the database
does not answer: a link that is warm in one process is then warm in all.
"""

import contextlib
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from django.core import signing
from django.core.cache import cache
from redis.exceptions import RedisError

from tracking import known, tokens
from tracking.known import Known
from tracking.letterbox import Unavailable, letterbox

MOST_REMEMBERED = 50_000
FRESH_SECONDS = 300.0
HOSTS_FRESH_SECONDS = 10.0
# Whoever has an answer already waits for a newer one no longer than this.
REFRESH_SECONDS = 0.2
SHARED_SECONDS = 3_600
# After Redis has not answered it is left alone for so long.
SHARED_AWAY_SECONDS = 5.0
_SALT = "tracking.warm"


class Memory:
    """The links that were asked for last: two halves, of which the older is let go of as one."""

    def __init__(self) -> None:
        """Begin empty."""
        self.young: dict[str, tuple[float, Known]] = {}
        self.old: dict[str, tuple[float, Known]] = {}

    def get(self, token: str) -> tuple[float, Known] | None:
        """Return when a link was looked up, and what was found."""
        found = self.young.get(token)
        if found is None and (found := self.old.get(token)) is not None:
            self._keep(token, found)
        return found

    def put(self, token: str, link: Known) -> None:
        """Remember a link as of now."""
        self._keep(token, (time.monotonic(), link))

    def forget(self, token: str) -> None:
        """Forget a link that is no more."""
        self.young.pop(token, None)
        self.old.pop(token, None)

    def clear(self) -> None:
        """Forget all of them."""
        self.young, self.old = {}, {}

    def _keep(self, token: str, found: tuple[float, Known]) -> None:
        if len(self.young) >= MOST_REMEMBERED // 2:
            self.young, self.old = {}, self.young
        self.young[token] = found


memory = Memory()
_redis_away_until = 0.0
_hosts: tuple[float, Mapping[str, frozenset[int]]] = (float("-inf"), {})


def find(token: str, *, at: datetime) -> Known | None:
    """Return the link of a token, whether it leads anywhere or not; None where there is none.

    A token with a bad check costs no look-up.  Raises Unavailable where the database is away and
    the link is not warm.
    """
    month = tokens.month(token)
    if month is None:
        return None
    found = _found(token, month)
    if found is not None and known.is_expired(found, at=at):
        # Its delivery may give it more time: that is asked anew each time.
        memory.forget(token)
    return found


def warm(token: str, *, host: str, at: datetime) -> Known | None:
    """Return a link that leads somewhere and was asked for of late, without any look-up."""
    remembered = memory.get(token)
    if remembered is None or time.monotonic() - remembered[0] >= FRESH_SECONDS:
        return None
    found = remembered[1]
    return found if leads(found, host=host, at=at) else None


def leads(found: Known, *, host: str, at: datetime) -> bool:
    """Tell whether a link has time left, and may be asked for on a host: ours or its account's."""
    owners = _hosts[1].get(host)
    return (owners is None or found.account_id in owners) and not known.is_expired(found, at=at)


def is_short_domain(host: str) -> bool:
    """Tell whether a host is the domain of some account's links."""
    return host in _fresh_hosts()


def _found(token: str, month: tokens.Month) -> Known | None:
    remembered = memory.get(token)
    if remembered and time.monotonic() - remembered[0] < FRESH_SECONDS:
        return remembered[1]
    _fresh_hosts()
    try:
        if remembered:
            found = letterbox.find(token, month, patience=REFRESH_SECONDS)
        else:
            found = letterbox.find(token, month)
    except Unavailable:
        found = remembered[1] if remembered else _shared(token)
        if found is None:
            raise
    else:
        _share(token, found)
    if found is None:
        memory.forget(token)
    else:
        memory.put(token, found)
    return found


def _fresh_hosts() -> Mapping[str, frozenset[int]]:
    global _hosts  # noqa: PLW0603  # one memory per process
    at, hosts = _hosts
    now = time.monotonic()
    if now - at >= HOSTS_FRESH_SECONDS:
        # Whoever comes meanwhile takes what there is.
        _hosts = (now, hosts)
        with contextlib.suppress(Unavailable):
            hosts = letterbox.hosts(patience=REFRESH_SECONDS)
            _hosts = (now, hosts)
    return hosts


def _share(token: str, found: Known | None) -> None:
    """Let other processes know."""
    if found is None:
        _ask_redis(lambda: cache.delete(f"link:{token}"))
    else:
        signed = signing.dumps([token, *found], salt=_SALT)
        _ask_redis(lambda: cache.set(f"link:{token}", signed, SHARED_SECONDS))


def unshare(gone: Collection[str]) -> None:
    """Take links that are no more out of what the processes share."""
    _ask_redis(lambda: cache.delete_many([f"link:{token}" for token in gone]))


def _shared(token: str) -> Known | None:
    """Return what another process has found; signed, since Redis is open to more than we are."""
    signed = _ask_redis(lambda: cache.get(f"link:{token}"))
    if signed is None:
        return None
    try:
        told, *fields = signing.loads(signed, salt=_SALT)
    except signing.BadSignature:
        return None
    return Known(*fields) if told == token else None


def _ask_redis(act: Callable[[], Any]) -> Any:
    """Return what Redis answers, None where it does not: nobody relies on it."""
    global _redis_away_until  # noqa: PLW0603  # one per process
    if time.monotonic() < _redis_away_until:
        return None
    try:
        return act()
    except (RedisError, OSError):
        _redis_away_until = time.monotonic() + SHARED_AWAY_SECONDS
        return None
