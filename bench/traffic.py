"""Callbacks as Twilio posts them: signed forms, three to a message, out of order, some twice."""

import base64
import hmac
from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple
from urllib.parse import urlencode

AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
_ACCOUNT = "AC" + "0" * 32
_SENDER = "+14133881111"
_FAILURES = ("30003", "30005", "30006", "30007", "30008")
FAILED_SHARE = 0.12
_REPEATED_SHARE = 0.1
# In callbacks that come in between: how late each may be.
_LATENESS = {"queued": 30.0, "sent": 300.0, "last": 3_000.0, "repeated": 500.0}


class Recipient(NamedTuple):
    """A message as its provider knows it."""

    provider_id: str
    address: str


def recipient(number: int, *, batch: int = 0) -> Recipient:
    """Return the message of a number: the same each time."""
    return Recipient(f"SM{batch:08x}{number:024x}", f"+3933{batch % 100:02}{number:06}")


def forms(
    recipients: Sequence[Recipient], *, random: Random, failed: float = FAILED_SHARE
) -> list[bytes]:
    """Return the bodies of all callbacks about these messages, in the order in which they come."""
    timed = [
        pair for index, to in enumerate(recipients) for pair in _story(index, to, random, failed)
    ]
    repeated = random.sample(timed, round(len(timed) * _REPEATED_SHARE))
    timed += [(at + random.uniform(0, _LATENESS["repeated"]), form) for at, form in repeated]
    timed.sort()
    return [form for _at, form in timed]


def _story(
    index: int, to: Recipient, random: Random, failed_share: float
) -> Iterator[tuple[float, bytes]]:
    at = index * 3.0
    yield at + random.uniform(0, _LATENESS["queued"]), form(to, "queued")
    yield at + random.uniform(0, _LATENESS["sent"]), form(to, "sent")
    failed = random.random() < failed_share
    last = (
        form(to, "undelivered", error=random.choice(_FAILURES)) if failed else form(to, "delivered")
    )
    yield at + random.uniform(100.0, _LATENESS["last"]), last


def form(to: Recipient, status: str, *, error: str = "") -> bytes:
    """Return the body of one callback."""
    fields = {
        **({"ErrorCode": error} if error else {}),
        "ApiVersion": "2010-04-01",
        "MessageStatus": status,
        "SmsSid": to.provider_id,
        "SmsStatus": status,
        "To": to.address,
        "From": _SENDER,
        "MessageSid": to.provider_id,
        "AccountSid": _ACCOUNT,
    }
    return urlencode(fields).encode()


def signature(url: str, body: bytes) -> str:
    """Return Twilio's signature: the URL and the sorted fields, HMAC-SHA1."""
    fields = sorted(pair.partition("=") for pair in _decoded(body).split("&"))
    text = url + "".join(name + value for name, _, value in fields)
    return base64.b64encode(hmac.digest(AUTH_TOKEN.encode(), text.encode(), "sha1")).decode()


def _decoded(body: bytes) -> str:
    # The only character of these forms that has to be escaped.
    return body.decode().replace("%2B", "+")


def headers(url: str, body: bytes) -> dict[str, str]:
    """Return the headers of a callback."""
    return {
        "Host": url.split("/")[2],
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "Content-Length": str(len(body)),
        "X-Twilio-Signature": signature(url, body),
        "I-Twilio-Idempotency-Token": "8f2bbd3c-b4cc-4c2b-a9a4-bb0e6a24ff9c",
        "Accept": "*/*",
        "X-Home-Region": "us1",
        "User-Agent": "TwilioProxy/1.1",
    }


def post(url: str, body: bytes) -> bytes:
    """Return the whole request of a callback, to a URL that is signed."""
    lines = [f"{name}: {value}" for name, value in headers(url, body).items()]
    path = "/" + url.split("/", 3)[3]
    return "\r\n".join([f"POST {path} HTTP/1.1", *lines, "", ""]).encode() + body


def get(url: str) -> bytes:
    """Return a request of a page."""
    host, path = url.split("/", 3)[2:]
    return f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n".encode()
