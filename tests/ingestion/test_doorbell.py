"""The doorbell: rings now and then, waits for nobody, and nobody waits for it."""

import logging
import socket
import time

import pytest
import redis
from celery import Celery, _state
from django.conf import settings

from ingestion import doorbell as module
from ingestion.doorbell import Doorbell
from tests.waiting import until

QUEUE = "receipts"


def waiting():
    with redis.from_url(settings.REDIS_URL) as client:
        return client.llen(QUEUE)


@pytest.fixture(autouse=True)
def empty_queue():
    with redis.from_url(settings.REDIS_URL) as client:
        client.delete(QUEUE)


@pytest.fixture
def no_broker(monkeypatch):
    """Celery with a broker whose port refuses."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{closed.getsockname()[1]}/0"
        away = Celery("away", broker=url, set_as_current=False)
        away.conf.broker_connection_timeout = 0.2
        monkeypatch.setattr(_state, "default_app", away)
        yield


def test_a_ring_calls_a_worker():
    Doorbell().ring()

    until(lambda: waiting() == 1)


def test_many_rings_at_once_are_few_calls():
    bell = Doorbell()

    for _ in range(1_000):
        bell.ring()
    time.sleep(module.QUIET_SECONDS * 4)

    assert 1 <= waiting() <= 6


def test_without_a_broker_ringing_goes_on_and_is_complained_of_now_and_then(no_broker, caplog):
    caplog.set_level(logging.WARNING, "ingestion.doorbell")
    bell = Doorbell()

    for _ in range(100):
        bell.ring()
    until(lambda: len(caplog.records) == 1)
    bell._complain(OSError())

    assert bell.thread.thread.is_alive()
    assert len(caplog.records) == 1
    bell.complained_at -= module.COMPLAIN_EVERY_SECONDS + 1
    bell._complain(OSError())
    assert len(caplog.records) == 2
