"""Proofs of origin: secrets of an account, HMACs, and comparison that tells nothing by its time."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from providers.base import BadSignature, Callback, Credentials

# How far a signed time may be from ours, either way; what providers' own libraries use.
TOLERANCE_SECONDS = 300
# More digits than seconds since 1970 will have for the next 250 years.
MOST_DIGITS = 10


def secrets(credentials: Credentials, name: str) -> list[bytes]:
    """Return the account's secrets of this name: one, or several while they rotate.

    Raises BadSignature where none is configured: an HMAC with an empty key is computed happily,
    by us and by anybody.
    """
    value = credentials.get(name) or ()
    texts = (value,) if isinstance(value, str) else value
    keys = [text.encode() for text in texts if text]
    if not keys:
        raise BadSignature(f"{name}: not configured for this account")
    return keys


def hmac_base64(message: bytes, *, key: bytes, digest: str) -> bytes:
    """Return an HMAC in base64."""
    return base64.b64encode(_hmac(message, key, digest).digest())


def hmac_hex(message: bytes, *, key: bytes, digest: str) -> bytes:
    """Return an HMAC in lower-case hexadecimal."""
    return _hmac(message, key, digest).hexdigest().encode()


def _hmac(message: bytes, key: bytes, digest: str) -> hmac.HMAC:
    # Not hmac.digest, which is faster alone, but lets other threads go first every time.
    return hmac.new(key, message, digest)


def keyed(message: bytes, key: bytes, *, method: str) -> bytes:
    """Return an HMAC in hexadecimal, or `md5hash`: MD5 over the message and the key behind it."""
    if method == "md5hash":
        return hashlib.md5(message + key, usedforsecurity=False).hexdigest().encode()
    return hmac_hex(message, key=key, digest=method)


def matches(given: str, expected: Iterable[bytes]) -> bool:
    """Tell whether a header is one of the values it may have, each compared in constant time.

    The comparison is on bytes: `compare_digest` raises on text that is not ASCII, and a header
    is written by whoever calls.
    """
    presented = given.encode("utf-8", "replace")
    return any(hmac.compare_digest(presented, value) for value in expected)


def check_fresh(seconds: str, *, at: datetime, name: str) -> None:
    """Raise BadSignature unless a signed time, in seconds since 1970, is close to `at`."""
    is_time = seconds.isascii() and seconds.isdigit() and len(seconds) <= MOST_DIGITS
    if not is_time or abs(int(at.timestamp()) - int(seconds)) > TOLERANCE_SECONDS:
        raise BadSignature(f"{name}: missing, or not of the last five minutes")


def check_basic(callback: Callback, credentials: Credentials) -> None:
    """Check HTTP basic authentication; while they rotate, each user name goes with each password.

    The header is compared as it came: there is one way to write it, but for the scheme's case.
    """
    scheme, _blank, given = callback.header("authorization").partition(" ")
    if scheme.lower() != "basic" or not matches(given.strip(), _basic_pairs(credentials)):
        raise BadSignature("Authorization: missing or does not match")


def basic(credentials: Credentials) -> dict[str, str]:
    """Return the header of HTTP basic authentication; raise BadSignature without a password."""
    return {"Authorization": f"Basic {next(_basic_pairs(credentials)).decode()}"}


def _basic_pairs(credentials: Credentials) -> Iterator[bytes]:
    for user in secrets(credentials, "username"):
        for password in secrets(credentials, "password"):
            yield base64.b64encode(user + b":" + password)


def check_ed25519(message: bytes, *, proof: str, keys: Iterable[bytes], name: str) -> None:
    """Check an Ed25519 signature; proof and public keys are in base64."""
    signature = decoded(proof)
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(decoded(key)).verify(signature, message)
        except (InvalidSignature, ValueError):  # a ValueError where the key is no key
            continue
        return
    raise BadSignature(f"{name}: missing or does not match")


def decoded(text: str | bytes) -> bytes:
    """Decode base64; what is none becomes empty, which proves nothing."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
