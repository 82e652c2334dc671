"""Credentials at rest: encrypted with a key derived from SECRET_KEY."""

import base64
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UnreadableCredentials(Exception):
    """The stored credentials were encrypted with another SECRET_KEY."""


@lru_cache
def _key(secret: str) -> Fernet:
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=b"provider credentials")
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret.encode())))


def _box() -> MultiFernet:
    return MultiFernet([_key(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def seal(credentials: dict[str, Any]) -> str:
    """Encrypt credentials for the database."""
    return _box().encrypt(json.dumps(credentials).encode()).decode()


def unseal(sealed: str) -> dict[str, Any]:
    """Decrypt credentials; raise UnreadableCredentials where SECRET_KEY has changed since."""
    try:
        credentials: dict[str, Any] = json.loads(_box().decrypt(sealed.encode()))
    except InvalidToken as error:
        message = "These credentials were stored under another SECRET_KEY: enter them again."
        raise UnreadableCredentials(message) from error
    return credentials
