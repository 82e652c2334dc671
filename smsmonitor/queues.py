"""Celery's queues: which task waits in which, and what the broker must know of them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from kombu import Queue

NAMES = ("receipts", "clicks", "sending", "dispatch", "default")
# Handing over waits for providers, who may be slow: that must not keep receipts waiting.
SLOW = ("dispatch",)

# By module, so that a new task of a package needs no line here.
ROUTES = {
    "ingestion.tasks.*": {"queue": "receipts"},
    "tracking.tasks.*": {"queue": "clicks"},
    "sending.tasks.hand_over": {"queue": "dispatch"},
    "sending.tasks.*": {"queue": "sending"},
}


def is_rabbitmq(broker_url: str) -> bool:
    """Tell whether the broker is RabbitMQ; everything else speaks Redis' protocol."""
    return broker_url.startswith("amqp")


def declared(broker_url: str) -> list[Queue]:
    """Return the queues; on RabbitMQ they are quorum queues, which survive a broker's death."""
    arguments = {"x-queue-type": "quorum"} if is_rabbitmq(broker_url) else None
    return [Queue(name, queue_arguments=arguments) for name in NAMES]


def transport_options(broker_url: str, *, patience: int) -> dict[str, Any]:
    """Return the limits of one exchange with the broker, so that nobody waits for a dead one.

    patience: seconds that one exchange may take.
    """
    if is_rabbitmq(broker_url):
        return {"confirm_publish": True, "read_timeout": patience, "write_timeout": patience}
    return {"socket_timeout": patience, "socket_connect_timeout": 1, "socket_keepalive": True}


def broker_of(redis_url: str) -> str:
    """Return the address at which Celery finds a Redis; a socket's path is written otherwise."""
    if not redis_url.startswith("unix:"):
        return redis_url
    parts = urlsplit(redis_url)
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"
