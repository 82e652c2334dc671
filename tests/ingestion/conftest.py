"""An account of the provider of tests.ingestion.fiction."""

import json

import pytest

from ingestion import inbox
from providers import registry
from tests import records
from tests.ingestion import callbacks, fiction


@pytest.fixture
def table(monkeypatch):
    """What the words of the fictional provider mean; free to be changed."""
    monkeypatch.setitem(registry.PROVIDERS, fiction.KIND, fiction.PATH)
    monkeypatch.setattr(fiction, "TABLE", dict(fiction.TABLE))
    yield fiction.TABLE
    registry.get.cache_clear()


@pytest.fixture
def account(db, table):
    return records.account(kind=fiction.KIND)


@pytest.fixture
def delivery(account):
    return records.delivery(account=account)


@pytest.fixture
def post(account):
    """Store a callback that says this."""

    def store(**said):
        inbox.store([callbacks.raw(account, json.dumps(said).encode())])

    return store


@pytest.fixture
def message(delivery):
    return records.message(delivery, provider_ids=("m",))
