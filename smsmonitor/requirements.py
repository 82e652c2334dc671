"""What the servers must be able to do, asked before anything is changed in them."""

import redis
from celery import current_app
from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError as BrokerError

from smsmonitor import queues

POSTGRESQL = 15
REDIS = 7
_PATIENCE = 2


class NotMet(Exception):
    """A server is away or too old; the text says which, and what to do."""


class NotMigrated(Exception):
    """Tables are missing, or not as these sources need them; the text says what to do."""


def check() -> None:
    """Raise NotMet where a server does not serve."""
    database()
    cache()
    broker()


def database() -> str:
    """Return PostgreSQL's version as people write it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            number = int(cursor.fetchone()[0])
    except OperationalError as error:
        connection.close()
        raise away(error) from error
    major, minor = divmod(number, 10_000)
    require("PostgreSQL", "DATABASE_URL", found=major, least=POSTGRESQL)
    return f"{major}.{minor}"


def away(error: OperationalError) -> NotMet:
    """Return what is told of a database to which no connection can be made."""
    reason = str(error).strip().splitlines()[0]
    return NotMet(f"The database does not answer ({reason}). Start it, or correct DATABASE_URL.")


def open_migrations() -> int:
    """Return how many migrations are not applied."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def cache() -> str:
    """Return the version of Redis or Valkey as people write it."""
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE
        ) as client:
            info = client.info("server")
    except (redis.RedisError, OSError) as error:
        raise NotMet(
            f"Redis does not answer ({type(error).__name__}). Start it, or correct REDIS_URL."
        ) from error
    version = str(info["redis_version"])
    require("Redis", "REDIS_URL", found=int(version.partition(".")[0]), least=REDIS)
    return str(info.get("valkey_version", version))


def broker() -> str:
    """Return the name of the broker, once it answers; Redis itself is asked by `cache`."""
    if queues.broker_of(settings.REDIS_URL) == settings.CELERY_BROKER_URL:
        return "Redis"
    try:
        with current_app.connection_for_write(connect_timeout=_PATIENCE) as found:
            found.ensure_connection(max_retries=1, timeout=_PATIENCE)
            return str(found.transport.driver_name)
    except (BrokerError, OSError) as error:
        raise NotMet(
            f"The broker does not answer ({type(error).__name__}). Start it, or correct "
            "CELERY_BROKER_URL."
        ) from error


def require(server: str, variable: str, *, found: int, least: int) -> None:
    """Raise NotMet where a server is too old."""
    if found < least:
        raise NotMet(
            f"{server} is version {found}; {least} or later is needed. Set {variable} to such a "
            "server, or leave it out to use the embedded one."
        )
