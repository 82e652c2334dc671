"""Queues: where tasks wait, and how the broker is addressed."""

import pytest
from django.conf import settings

from smsmonitor import queues
from smsmonitor.celery import app


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("ingestion.tasks.drain_inbox", "receipts"),
        ("tracking.tasks.classify", "clicks"),
        ("sending.tasks.dispatch", "sending"),
        ("deliveries.tasks.squash_counters", "default"),
    ],
)
def test_task_waits_in_the_queue_of_its_package(task, queue):
    assert app.amqp.router.route({}, task)["queue"].name == queue


def test_every_scheduled_task_exists_and_expires_with_its_period():
    app.loader.import_default_modules()

    entries = settings.CELERY_BEAT_SCHEDULE.values()

    assert [entry["task"] for entry in entries if entry["task"] not in app.tasks] == []
    assert all(entry["options"]["expires"] == entry["schedule"] for entry in entries)


def test_queues_of_rabbitmq_are_quorum_queues_and_confirmed():
    url = "amqp://guest@localhost//"

    arguments = [queue.queue_arguments for queue in queues.declared(url)]

    assert arguments == [{"x-queue-type": "quorum"}] * len(queues.NAMES)
    assert queues.transport_options(url, patience=1) == {
        "confirm_publish": True,
        "read_timeout": 1,
        "write_timeout": 1,
    }


def test_queues_of_redis_need_nothing():
    assert [queue.queue_arguments for queue in queues.declared("redis://x")] == [None] * len(
        queues.NAMES
    )


@pytest.mark.parametrize(
    ("redis", "broker"),
    [
        ("redis://host:6379/2", "redis://host:6379/2"),
        ("unix:///a/b.sock", "redis+socket:///a/b.sock?virtual_host=0"),
        ("unix:///a%20b.sock?db=3", "redis+socket:///a%20b.sock?virtual_host=3"),
    ],
)
def test_broker_is_found_where_redis_is(redis, broker):
    assert queues.broker_of(redis) == broker
