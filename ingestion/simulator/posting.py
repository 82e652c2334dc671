"""Posting callbacks as a provider does: signed, over connections that stay open, until accepted."""

import http.client
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from messaging.reports import StatusReport
from providers.models import ProviderAccount
from providers.sms import simulator

TIMEOUT_SECONDS = 10.0
OK = range(200, 300)
MOST_TEXT = 1_000
# Providers come back after these; any other refusal would be refused again.
WORTH_ANOTHER_TRY = (408, 425, 429, *range(500, 600))
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # what to call, not to bind


class Refused(Exception):
    """The door refuses what it should take; the text says what it answered."""


class Door(NamedTuple):
    """Where the callbacks of one account are posted, and what signs them."""

    path: str
    secret: str


def door(account: ProviderAccount) -> Door:
    """Return the door of a simulator account; of secrets that rotate, the first signs."""
    given = account.credentials.get("secret", "")
    secret = given[0] if isinstance(given, list) else given
    return Door(reverse("callback", args=[account.token]), secret)


class Line:
    """One connection to our own web server, opened when needed and again when it broke."""

    def __init__(self, *, host: str = "", port: int = 0) -> None:
        where = host or _EVERYWHERE.get(settings.HOST, settings.HOST)
        self.connection = http.client.HTTPConnection(
            where, port or settings.PORT, timeout=TIMEOUT_SECONDS
        )
        # Called by its address, the server still wants to hear the name that it goes by.
        self.name = urlsplit(settings.PUBLIC_URL).netloc

    def accepts(self, to: Door, reports: Sequence[StatusReport]) -> bool:
        """Post reports as one callback; False where it has to be posted again.

        Raises Refused where posting it again would change nothing.
        """
        return self.takes(to, simulator.encode(reports))

    def takes(self, to: Door, body: bytes) -> bool:
        """Post a body as a callback; False where it has to be posted again.

        Raises Refused where posting it again would change nothing.
        """
        headers = {"Host": self.name, **simulator.sign(body, to.secret)}
        status = self._answer("POST", to.path, body, headers)
        if status in OK:
            return True
        if status is None or status in WORTH_ANOTHER_TRY:
            return False
        raise Refused(f"The callback address answers {status}: nothing more is posted.")

    def ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> "tuple[int, str] | None":
        """Return status and text of an answer, None where nobody answers."""
        try:
            self.connection.request(method, path, body, {"Host": self.name, **headers})
            response = self.connection.getresponse()
            return response.status, response.read(MOST_TEXT).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return None

    def follows(self, url: str, *, method: str, agent: str) -> bool:
        """Ask for a short link of ours, whatever host it names; False where to ask again."""
        parts = urlsplit(url if "://" in url else f"//{url}")
        headers = {"Host": parts.netloc, "User-Agent": agent}
        status = self._answer(method, parts.path, None, headers)
        return status is not None and status not in WORTH_ANOTHER_TRY

    def answers(self) -> bool:
        """Tell whether the web server is up."""
        return self._answer("GET", "/healthz", None, {"Host": self.name}) in OK

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def _answer(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> int | None:
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return None
        return response.status
