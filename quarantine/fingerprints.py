"""Keyed hashes: they tell an address or a cause from others to us, and nothing to anybody else."""

import hashlib

from django.conf import settings

from messaging import addresses


def of(text: str) -> bytes:
    """Return the keyed hash (16 bytes) that tells whether an erased address comes back."""
    key = hashlib.sha256(b"fingerprint" + settings.SECRET_KEY.encode()).digest()
    return addresses.fingerprint(text, key)


def of_parts(*parts: object) -> bytes:
    """Return the keyed hash (16 bytes) of several values: the same ones in the same order."""
    return of("\x1f".join(map(str, parts)))
