"""Where it is measured: servers and a database of the bench's own, gone at the end."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from smsmonitor.embedded import places, sessions


@contextmanager
def prepared() -> Iterator[None]:
    """Have Django set up on an empty, migrated database while the block runs.

    Without DATABASE_URL and REDIS_URL the servers are embedded ones in a temporary home; on a
    given server a database of a name of its own is made.
    """
    home = Path(tempfile.mkdtemp(prefix="smsmonitor-bench-"))
    # The embedded servers may run as another user, who must get there.
    home.chmod(0o755)
    try:
        with _own_database(os.environ.get("DATABASE_URL", "")) as database_url:
            os.environ |= {
                "DATABASE_URL": database_url,
                "DJANGO_SETTINGS_MODULE": "bench.settings",
                "SMSMONITOR_HOME": str(home),
                "BENCH_HELLO": "1",
                "DEMO": "0",
                "HOST": "127.0.0.1",
                "PORT": str(_free_port()),
                "PUBLIC_URL": "",
                "LOG_LEVEL": "WARNING",
            }
            django.setup()
            with sessions.serving(places.ground(home), settings.EMBEDDED_SERVERS):
                call_command("prepare")
                yield
                connections.close_all()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _own_database(url: str) -> Iterator[str]:
    if not url:
        yield ""
        return
    name = f"smsmonitor_bench_{os.getpid()}"
    server = psycopg2.connect(url)
    server.autocommit = True
    try:
        server.cursor().execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            server.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        server.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
