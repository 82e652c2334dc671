"""Kaleyra's fields are named by whoever makes the callback profile."""

import pytest

from providers import registry
from providers.base import BadCredentials


def test_only_fields_that_there_are_can_be_named():
    kaleyra = registry.get("kaleyra")

    kaleyra.check_credentials({"fields": {"id": "msg"}})
    kaleyra.check_credentials({"fields": "status=dlr"})
    with pytest.raises(BadCredentials, match="Only id, status, code"):
        kaleyra.check_credentials({"fields": {"identity": "msg"}})
