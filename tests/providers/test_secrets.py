"""Credentials at rest."""

import pytest

from providers import secrets


def test_what_is_sealed_is_read_back_and_not_readable_in_between(settings):
    settings.SECRET_KEY_FALLBACKS = []
    sealed = secrets.seal({"auth_token": ["één", "twee"]})

    assert "twee" not in sealed
    assert secrets.unseal(sealed) == {"auth_token": ["één", "twee"]}


def test_a_former_key_still_opens(settings):
    settings.SECRET_KEY = "former"
    sealed = secrets.seal({"a": "b"})

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["former"]
    assert secrets.unseal(sealed) == {"a": "b"}

    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(secrets.UnreadableCredentials, match="enter them again"):
        secrets.unseal(sealed)
