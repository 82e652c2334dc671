"""Plivo's times have no zone: the account tells it."""

import pytest

from providers import registry
from providers.base import BadCredentials


def test_a_time_zone_must_exist():
    plivo = registry.get("plivo")

    plivo.check_credentials({"auth_token": "t", "timezone": "Europe/Rome"})
    with pytest.raises(BadCredentials, match="There is no such time zone"):
        plivo.check_credentials({"timezone": "Europe/Atlantis"})
