"""What `manage.py` does: one command, with the embedded servers where none are named.

What a person can mend is told in a sentence, never in a traceback.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError, connection

from smsmonitor import requirements
from smsmonitor.embedded import locks, places, sessions

# They look at files alone; `up` keeps the servers itself.
_WITHOUT_SERVERS = frozenset(
    {
        *("-h", "--help", "--version", "help", "version", "check", "diffsettings"),
        *("collectstatic", "findstatic", "compilemessages", "makemessages", "spectacular"),
        *("makemigrations", "sqlmigrate", "up"),
    }
)
_MIGRATING = frozenset({"migrate", "prepare", "test"})
_CANNOT, _FAILED = 2, 1
# Undefined column, function, table: https://www.postgresql.org/docs/current/errcodes-appendix.html
_NOT_THERE = frozenset({"42703", "42883", "42P01"})


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsmonitor.settings")
    try:
        with _servers(arguments[1] if len(arguments) > 1 else "help"):
            _execute(arguments)
    except requirements.NotMigrated as error:
        sys.stderr.write(f"{error}\n")
        return _FAILED
    except (ImproperlyConfigured, places.Unusable) as error:
        sys.stderr.write(f"{error}\n")
        return _CANNOT
    except OperationalError as error:
        if connection.connection is not None:
            raise
        sys.stderr.write(f"{requirements.away(error)}\n")
        return _CANNOT
    except KeyboardInterrupt:
        return 130
    return 0


def _execute(arguments: Sequence[str]) -> None:
    """Run one command; raise NotMigrated where it misses what migrations would have made."""
    try:
        execute_from_command_line(list(arguments))
    except ProgrammingError as error:
        is_absence = getattr(error.__cause__, "pgcode", "") in _NOT_THERE
        if not is_absence or arguments[1] in _MIGRATING:
            raise
        # The transaction of the command may have failed.
        connection.close()
        if not (number := requirements.open_migrations()):
            raise
        raise requirements.NotMigrated(
            f"The database is not as this version needs it (migrations not applied: {number}). "
            "Run `manage.py migrate`, or start with `make run`."
        ) from error


def _servers(command: str) -> AbstractContextManager[None]:
    if command in _WITHOUT_SERVERS or not settings.EMBEDDED_SERVERS:
        return nullcontext()
    home = settings.SMSMONITOR_HOME
    if command == "doctor" and home.is_dir() and locks.is_held(home / sessions.RUN_LOCK):
        # It is asked just when a server does not serve, and does not wait for it.
        return nullcontext()
    ground = places.ground(home)
    return sessions.serving(ground, settings.EMBEDDED_SERVERS)
