"""The one way out: carries requests to a provider, and knows whether they left.

Written on `http.client`, because two things matter here that libraries hide: the moment from which
a provider may have taken the message, and that nothing is ever sent again behind our back.
"""

import http.client
import select
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext_noop

from providers.submissions import Reply, Request

MOST_BYTES = 64 * 1024
AGENT = "smsmonitor"
# What reading ends with when the other side, or we ourselves, have hung up.
BROKEN = (OSError, http.client.HTTPException, ValueError)

# Kept in English beside the messages; pages say them in the reader's language.
UNREADABLE_ADDRESS = gettext_noop("The address of the API cannot be read.")
NO_CONNECTION = gettext_noop("No connection: {error}")
NOT_WRITTEN = gettext_noop("The request cannot be written: {error}")
TOO_LATE = gettext_noop("It was too late to send it.")
NO_ANSWER_IN_TIME = gettext_noop("No answer in time.")
NO_ANSWER = gettext_noop("No answer: {error}")
BROKE_OFF = gettext_noop("{error} on the way")
SENTENCES = (
    UNREADABLE_ADDRESS,
    NO_CONNECTION,
    NOT_WRITTEN,
    TOO_LATE,
    NO_ANSWER_IN_TIME,
    NO_ANSWER,
    BROKE_OFF,
)


class NotSent(Exception):
    """The request certainly did not leave: nobody can have taken the message."""


class MaybeSent(Exception):
    """The request left, in part at least, and no answer tells what became of it."""


Carried = Reply | NotSent | MaybeSent


@dataclass(frozen=True, slots=True)
class Home:
    """Our own server, for requests that name no host: where it listens, and its name."""

    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: to connect; in all, until the answer is read; idle, after which to connect anew."""

    connect: float = 5.0
    total: float = 20.0
    idle: float = 2.0


class Courier:
    """One connection, kept open between requests to the same host; for one thread."""

    def __init__(
        self,
        *,
        home: Home | None = None,
        context: ssl.SSLContext | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.home = home
        self.context = context
        self.patience = patience or Patience()
        self.connection: http.client.HTTPConnection | None = None
        self.place = ("", "")
        self.used_at = 0.0
        # When what is under way is cut off, and whether it was.
        self.ends_at = float("inf")
        self.is_cut = False

    def carry(self, request: Request, *, until: float = float("inf")) -> Reply:
        """Return what was answered, whatever its status; raise NotSent or MaybeSent.

        until: the clock (`time.monotonic`) after which nothing leaves any more.
        """
        self.is_cut = False
        self.ends_at = time.monotonic() + self.patience.total
        try:
            connection, path, headers = self._open(request)
            return self._exchange(connection, request, path, headers, until)
        except (NotSent, MaybeSent):
            self.close()
            raise
        finally:
            self.ends_at = float("inf")

    def cut_if_late(self) -> None:
        """End what takes too long, however slowly it trickles; called by another thread."""
        if time.monotonic() < self.ends_at or self.connection is None:
            return
        self.is_cut = True
        # It may be gone by itself at this moment, or not be there yet.
        with suppress(OSError, AttributeError):
            self.connection.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up."""
        if self.connection:
            self.connection.close()
            self.connection = None

    def _open(self, request: Request) -> tuple[http.client.HTTPConnection, str, dict[str, str]]:
        """Connect where that is needed; return the connection, the path and all headers."""
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
        url = request.url
        if url.startswith("/") and self.home:
            url, headers["Host"] = f"{self.home.origin}{url}", self.home.name
        try:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise NotSent(UNREADABLE_ADDRESS)
            connection = self._line(parts)
        except BROKEN as error:
            raise NotSent(NO_CONNECTION.format(error=_said(error))) from error
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        return connection, path, {**headers, **request.headers}

    def _line(self, parts: SplitResult) -> http.client.HTTPConnection:
        place = (parts.scheme, parts.netloc)
        if self.connection and place == self.place and self._is_alive(self.connection):
            return self.connection
        self.close()
        host, port, seconds = parts.hostname or "", parts.port, self.patience.connect
        made: http.client.HTTPConnection
        if parts.scheme == "https":
            trusted = self.context or ssl.create_default_context()
            made = http.client.HTTPSConnection(host, port, timeout=seconds, context=trusted)
        else:
            made = http.client.HTTPConnection(host, port, timeout=seconds)
        self.connection, self.place = made, place
        made.connect()
        made.sock.settimeout(self.patience.total)
        return made

    def _is_alive(self, connection: http.client.HTTPConnection) -> bool:
        """Tell whether the other side still listens: one that has something to say has hung up."""
        if connection.sock is None or time.monotonic() - self.used_at > self.patience.idle:
            return False
        watching = select.poll()
        watching.register(connection.sock, select.POLLIN)
        return not watching.poll(0)

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        request: Request,
        path: str,
        headers: Mapping[str, str],
        until: float,
    ) -> Reply:
        try:
            # Everything is only collected here.
            _write(connection, request, path, headers)
        except BROKEN as error:
            raise NotSent(NOT_WRITTEN.format(error=_said(error))) from error
        if time.monotonic() > until:
            raise NotSent(TOO_LATE)
        try:
            connection.endheaders(request.body or None)
            response = connection.getresponse()
            said = response.read(MOST_BYTES + 1)
        except BROKEN as error:
            raise MaybeSent(self._why(error)) from error
        if self.is_cut:
            # What there is of it looks like a whole answer.
            raise MaybeSent(self._why(None))
        self.used_at = time.monotonic()
        if len(said) > MOST_BYTES or response.will_close:
            # What is left of a long answer must not be read as the next one.
            self.close()
        return Reply(response.status, dict(response.getheaders()), said[:MOST_BYTES])

    def _why(self, error: Exception | None) -> str:
        if self.is_cut or isinstance(error, TimeoutError):
            return NO_ANSWER_IN_TIME
        return NO_ANSWER.format(error=_said(error))


class Fleet:
    """Several couriers at work at once, each on a thread and a connection of its own."""

    WATCH_SECONDS = 0.1

    def __init__(self, couriers: list[Courier]) -> None:
        self.couriers = couriers
        self.wanted: SimpleQueue[tuple[int, Request, float] | None] = SimpleQueue()
        self.carried: SimpleQueue[tuple[int, Carried]] = SimpleQueue()
        for courier in couriers:
            # A process that ends does not wait for a provider that does not answer.
            Thread(target=self._work, args=(courier,), daemon=True).start()

    def carry(
        self, requests: Mapping[int, Request], *, until: float
    ) -> Iterator[tuple[int, Carried] | None]:
        """Yield what became of each request, by its number, as soon as that is known.

        None when nothing was heard for a moment.
        """
        for number, request in requests.items():
            self.wanted.put((number, request, until))
        waiting = len(requests)
        while waiting:
            try:
                yield self.carried.get(timeout=self.WATCH_SECONDS)
                waiting -= 1
            except Empty:
                for courier in self.couriers:
                    courier.cut_if_late()
                yield None

    def close(self) -> None:
        """Send everybody home."""
        for _courier in self.couriers:
            self.wanted.put(None)

    def _work(self, courier: Courier) -> None:
        while wanted := self.wanted.get():
            number, request, until = wanted
            try:
                found: Carried = courier.carry(request, until=until)
            except (NotSent, MaybeSent) as error:
                found = error
            except Exception as error:  # noqa: BLE001  # nobody else would hear of it
                found = MaybeSent(BROKE_OFF.format(error=type(error).__name__))
            self.carried.put((number, found))
        courier.close()


def _write(
    connection: http.client.HTTPConnection,
    request: Request,
    path: str,
    headers: Mapping[str, str],
) -> None:
    connection.putrequest(
        request.method, path, skip_host="Host" in headers, skip_accept_encoding=True
    )
    for name, value in headers.items():
        connection.putheader(name, value)
    if request.body:
        connection.putheader("Content-Length", str(len(request.body)))


def _said(error: Exception | None) -> str:
    return str(error) or type(error).__name__
