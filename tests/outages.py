"""Databases that go and come back."""

import contextlib
import socket

from django.db import connection, connections


def end_other_connections():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@contextlib.contextmanager
def database_away(*, silent):
    """Let new connections find a port that refuses, or one that takes them and says nothing."""
    # The connection of the test itself stays.
    connection.ensure_connection()
    place = connections.databases["default"]
    before = {name: place[name] for name in ("HOST", "PORT")}
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if silent:
            listener.listen()
        place |= {"HOST": "127.0.0.1", "PORT": str(listener.getsockname()[1])}
        end_other_connections()
        try:
            yield
        finally:
            place |= before


def told(caplog, *, by):
    """Return what the log says of outages that one thread has met: events, failed, kept."""
    lines = [record.msg for record in caplog.records if record.name == "storage.outages"]
    return [(line["event"], line["failed"], line["kept"]) for line in lines if line["by"] == by]
