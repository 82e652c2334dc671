"""Clickatell's numbers mean different things: the account may say whose they are."""

import pytest

from providers import registry
from providers.base import BadCredentials


def test_the_dialect_must_be_one_that_there_is():
    clickatell = registry.get("clickatell")

    clickatell.check_credentials({"username": "u", "password": "p", "api": "oneapi"})
    with pytest.raises(BadCredentials, match="Only “oneapi” can be given here"):
        clickatell.check_credentials({"api": "sms"})
