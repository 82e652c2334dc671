"""How many wrong passwords are allowed: per user and address, and per address.

Counted in PostgreSQL, which a login needs anyway: nothing else that is away can open the door.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from dashboard.models import LoginFailure

WINDOW = timedelta(minutes=15)
PER_USER_AND_ADDRESS = 5
PER_ADDRESS = 30


class TooManyFailures(Exception):
    """So many wrong passwords lately that no further one is looked at."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password about to be tried, already counted as wrong until it proves right."""

    keys: tuple[str, str]
    rows: tuple[int, ...]

    def succeeded(self) -> None:
        """Forget this attempt, and the wrong ones of this user from this address."""
        LoginFailure.objects.filter(pk__in=self.rows).delete()
        LoginFailure.objects.filter(key=self.keys[0]).delete()


def attempt(*, username: str, address: str, at: datetime) -> Attempt:
    """Count a password before it is looked at, so that many at once cannot slip through.

    Raises TooManyFailures; refused attempts do not prolong the waiting.
    """
    LoginFailure.objects.filter(at__lt=at - WINDOW).delete()
    keys = (_key(username.casefold(), address), _key("", address))
    rows = tuple(
        row.pk for row in LoginFailure.objects.bulk_create(LoginFailure(key=k, at=at) for k in keys)
    )
    for key, most in zip(keys, (PER_USER_AND_ADDRESS, PER_ADDRESS), strict=True):
        if LoginFailure.objects.filter(key=key, at__gte=at - WINDOW).count() > most:
            LoginFailure.objects.filter(pk__in=rows).delete()
            raise TooManyFailures
    return Attempt(keys=keys, rows=rows)


def _key(username: str, address: str) -> str:
    return salted_hmac(
        "dashboard.throttle", f"{username}\n{address}", algorithm="sha256"
    ).hexdigest()
