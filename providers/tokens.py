"""JSON Web Tokens with a shared secret, as providers sign their requests with.

Small enough to be written out: PyJWT warns of every key shorter than the digest, though it is the
provider who issues the keys, and takes ten times as long, at the door of every callback.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from providers.base import BadSignature, Callback
from providers.signing import TOLERANCE_SECONDS, matches

DIGESTS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


def claims(
    token: str, *, keys: Iterable[bytes], algorithms: tuple[str, ...], name: str
) -> dict[str, Any]:
    """Return what a token says; raise BadSignature unless a key has signed it.

    Only the algorithms that the provider uses are accepted, whatever the token says of itself.
    Times are left to the caller: `within` compares them with the time of the callback.
    """
    signed, _dot, proof = token.rpartition(".")
    head, _dot, body = signed.partition(".")
    header = _object(head)
    if header is None or header.get("alg") not in algorithms or "crit" in header:
        raise BadSignature(f"{name}: not a token, or not one of {', '.join(algorithms)}")
    digest = DIGESTS[header["alg"]]
    message = signed.encode("utf-8", "replace")
    if not matches(proof, (_encoded(hmac.digest(key, message, digest)) for key in keys)):
        raise BadSignature(f"{name}: signed by somebody else")
    found = _object(body)
    if found is None:
        raise BadSignature(f"{name}: no claims")
    return found


def issue(said: dict[str, Any], *, key: bytes) -> str:
    """Return a token that says this, signed as HS256."""
    parts = ({"alg": "HS256", "typ": "JWT"}, said)
    signed = b".".join(_encoded(json.dumps(part).encode()) for part in parts)
    return b".".join((signed, _encoded(hmac.digest(key, signed, "sha256")))).decode()


def check_bearer(callback: Callback, token: str, *, keys: Iterable[bytes], name: str) -> None:
    """Check a token (HS256) of the last five minutes over the body; raise BadSignature."""
    found = claims(token, keys=keys, algorithms=("HS256",), name=name)
    span = TOLERANCE_SECONDS
    if not within(found.get("iat"), at=callback.received_at, before=span, after=span):
        raise BadSignature(f"{name}: not of the last five minutes")
    # Providers' own libraries leave this to the caller.  Without a body there is nothing to cover.
    if callback.body and not covers(found.get("payload_hash"), callback.body):
        raise BadSignature(f"{name}: for another body")


def within(value: object, *, at: datetime, before: int, after: int) -> bool:
    """Tell whether a claim is a time from `before` seconds before to `after` seconds after."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -before <= value - int(at.timestamp()) <= after


def covers(claim: object, covered: bytes) -> bool:
    """Tell whether a claim is the SHA-256 of what it covers, in hexadecimal."""
    digest = hashlib.sha256(covered).hexdigest().encode()
    return isinstance(claim, str) and matches(claim.lower(), [digest])


def _object(part: str) -> dict[str, Any] | None:
    try:
        # Strict about letters: what is not in the alphabet is not skipped.
        padded = part.encode("ascii") + b"=" * (-len(part) % 4)
        value = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _encoded(digest: bytes) -> bytes:
    return base64.urlsafe_b64encode(digest).rstrip(b"=")
