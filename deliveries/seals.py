"""Keyed hashes of the journal: who has not the key can change nothing without its being seen."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from deliveries.models import AuditEvent, JournalHead


def of_line(line: "AuditEvent", *, secret: str) -> bytes:
    """Return the hash (32 bytes) over a line and the hash of the line before it."""
    said = [
        line.delivery_id,
        line.at.astimezone(UTC).isoformat(),
        line.level,
        line.code,
        line.text,
        line.actor,
        line.actor_id,
    ]
    return _digest(b"journal", bytes(line.previous_hash), said, secret)


def of_head(head: "JournalHead", *, secret: str) -> bytes:
    """Return the hash (32 bytes) over where a journal ends: how many lines, and the last one."""
    said = [head.chain, head.number, head.lines, head.journals]
    return _digest(b"head of a journal", bytes(head.last_hash), said, secret)


def is_genuine(seal: bytes | memoryview, of: Callable[..., bytes], row: Any) -> bool:
    """Tell whether a row carries its seal, with the key in force or one that it has replaced."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(of(row, secret=str(key)), bytes(seal)) for key in secrets)


def _digest(purpose: bytes, before: bytes, said: list[Any], secret: str) -> bytes:
    key = hashlib.sha256(purpose + secret.encode()).digest()
    return hmac.digest(key, before + json.dumps(said).encode(), "sha256")
