"""Cursors: where a page of a list begins, as text that only we can read or write."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext as _


class BadCursor(Exception):
    """The text is no cursor of this list in this order."""


class Position(NamedTuple):
    """Where a page begins: beyond these values, or at an end where there are none."""

    backwards: bool = False
    values: tuple[Any, ...] = ()


@lru_cache
def _box(secret: str) -> Fernet:
    key = blake2b(secret.encode(), digest_size=32, person=b"keyset cursors").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def write(position: Position, order: Sequence[str]) -> str:
    """Encrypt a position: it may hold an address, and cursors end up in logs of addresses."""
    values = [
        {"time": value.isoformat()} if isinstance(value, datetime) else value
        for value in position.values
    ]
    content = json.dumps([list(order), position.backwards, values])
    return _box(settings.SECRET_KEY).encrypt(content.encode()).decode().rstrip("=")


def read(cursor: str, order: Sequence[str]) -> Position:
    """Return the position that a cursor holds; raise BadCursor."""
    padding = "=" * (-len(cursor) % 4)
    try:
        content = _box(settings.SECRET_KEY).decrypt((cursor + padding).encode())
    except (InvalidToken, UnicodeEncodeError) as error:
        raise BadCursor(_("This cursor is damaged or not one of this list.")) from error
    written_for, backwards, values = json.loads(content)
    if written_for != list(order):
        raise BadCursor(_("This cursor belongs to a list in another order."))
    found = (datetime.fromisoformat(v["time"]) if isinstance(v, dict) else v for v in values)
    return Position(backwards, tuple(found))
