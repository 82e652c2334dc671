"""One running system for all tests that only look at what is theirs in it."""

import pytest

from tests.system.running import running


@pytest.fixture(scope="session")
def system():
    with running() as started:
        yield started
