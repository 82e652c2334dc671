"""A provider's traffic: signed Twilio callbacks over many connections, repeated until accepted."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import queue
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

TOKEN = "an-auth-token-of-a-test"
CONNECTIONS = 32
# A provider waits before it repeats a callback.
PAUSE_SECONDS = 0.2


@dataclass
class Tally:
    """How the posting went; status 0 stands for a connection that broke."""

    accepted: int = 0
    statuses: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


def provider_id(number: int) -> str:
    return f"SM{number:032x}"


def address(number: int) -> str:
    return f"+39333{number:07}"


def final_status(number: int) -> tuple[str, str]:
    """Return what becomes of a message, and the error code."""
    if number % 10 == 0:
        return "undelivered", "30005"
    if number % 25 == 1:
        return "undelivered", "30003"
    return "delivered", ""


def events(messages: int, callbacks: int, *, seed: int) -> list[tuple[int, str, str]]:
    """Return so many callbacks, a fifth of them doubles, shuffled: message, status, code."""
    chance = random.Random(seed)
    doubled = callbacks // 5 * 5 // 6
    told = [(number, *final_status(number)) for number in range(messages)]
    told += [(number, "sent", "") for number in range(callbacks - doubled - messages)]
    told += chance.sample(told, callbacks - len(told))
    chance.shuffle(told)
    return told


def request(url: str, event: tuple[int, str, str]) -> tuple[bytes, dict[str, str]]:
    """Write one callback and sign it as Twilio does."""
    number, status, code = event
    fields = {
        "AccountSid": "AC" + "0" * 32,
        "From": "+14155550100",
        "MessageSid": provider_id(number),
        "MessageStatus": status,
        "SmsSid": provider_id(number),
        "SmsStatus": status,
        "To": address(number),
    }
    if code:
        fields["ErrorCode"] = code
    text = url + "".join(f"{key}{fields[key]}" for key in sorted(fields))
    proof = hmac.digest(TOKEN.encode(), text.encode(), hashlib.sha1)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": base64.b64encode(proof).decode(),
    }
    return urlencode(fields).encode(), headers


def post(url: str, told: Sequence[tuple[int, str, str]], *, on_half: threading.Event) -> Tally:
    """Post all callbacks over many connections at once, each until it is accepted."""
    tally = Tally()
    waiting: queue.SimpleQueue[tuple[int, str, str]] = queue.SimpleQueue()
    for event in told:
        waiting.put(event)

    def work() -> None:
        with contextlib.suppress(queue.Empty):
            connection = _connect(url)
            with contextlib.closing(connection):
                while True:
                    _until_accepted(connection, url, waiting.get_nowait(), note)

    def note(status: int) -> None:
        with tally.lock:
            tally.statuses.add(status)
            tally.accepted += 200 <= status < 300
            if tally.accepted * 2 >= len(told):
                on_half.set()

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def _until_accepted(
    connection: http.client.HTTPConnection,
    url: str,
    event: tuple[int, str, str],
    note: Callable[[int], None],
) -> None:
    body, headers = request(url, event)
    status = 0
    while not 200 <= status < 300:
        try:
            connection.request("POST", urlsplit(url).path, body, headers)
            response = connection.getresponse()
            response.read()
            status = response.status
        except (OSError, http.client.HTTPException):
            # The connection opens again by itself with the next request.
            connection.close()
            status = 0
        note(status)
        if not 200 <= status < 300:
            time.sleep(PAUSE_SECONDS)


def _connect(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=15)
