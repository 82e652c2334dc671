"""Standard Webhooks, as Svix and others sign with: id, time and raw body under an HMAC.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from providers import signing
from providers.base import BadSignature, Callback

PREFIX = "whsec_"
# The second one is Svix' own spelling.
HEADERS = ("webhook", "svix")


def check(callback: Callback, *, secrets: list[bytes]) -> None:
    """Raise BadSignature unless one of the secrets has signed the request, lately.

    The header holds several signatures, one for each key that is valid at the time.
    """
    keys = [key for key in map(key_of, secrets) if key]
    if not keys:
        raise BadSignature("secret: not one of Standard Webhooks (whsec_…)")
    name = HEADERS[0] if callback.header("webhook-signature") else HEADERS[1]
    message_id = callback.header(f"{name}-id")
    # Svix counts whole seconds, and lets its header hold more.
    seconds = callback.header(f"{name}-timestamp").partition(".")[0]
    if not message_id:
        raise BadSignature(f"{name}-id: missing")
    signing.check_fresh(seconds, at=callback.received_at, name=f"{name}-timestamp")
    message = f"{message_id}.{seconds}.".encode("utf-8", "replace") + callback.body
    proofs = [b"v1," + signing.hmac_base64(message, key=key, digest="sha256") for key in keys]
    given = callback.header(f"{name}-signature").split(" ")
    if not any(signing.matches(one, proofs) for one in given):
        raise BadSignature(f"{name}-signature: missing or does not match")


def sign(callback: Callback, *, secret: bytes) -> dict[str, str]:
    """Return the headers with which a secret signs a request; raise BadSignature for no secret."""
    key = key_of(secret)
    if not key:
        raise BadSignature("secret: not one of Standard Webhooks (whsec_…)")
    seconds = str(int(callback.received_at.timestamp()))
    message = f"test.{seconds}.".encode() + callback.body
    proof = signing.hmac_base64(message, key=key, digest="sha256").decode()
    name = HEADERS[0]
    return {f"{name}-id": "test", f"{name}-timestamp": seconds, f"{name}-signature": f"v1,{proof}"}


def key_of(secret: str | bytes) -> bytes:
    """Return the key that a secret spells, with its prefix or without; empty where it is none."""
    text = secret if isinstance(secret, str) else secret.decode()
    return signing.decoded(text.removeprefix(PREFIX))
