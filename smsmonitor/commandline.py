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
from django.db import OperationalError, connection

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
_CANNOT = 2


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsmonitor.settings")
    try:
        with _servers(arguments[1] if len(arguments) > 1 else "help"):
            execute_from_command_line(list(arguments))
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


def _servers(command: str) -> AbstractContextManager[None]:
    if command in _WITHOUT_SERVERS or not settings.EMBEDDED_SERVERS:
        return nullcontext()
    home = settings.SMSMONITOR_HOME
    if command == "doctor" and home.is_dir() and locks.is_held(home / sessions.RUN_LOCK):
        # It is asked just when a server does not serve, and does not wait for it.
        return nullcontext()
    ground = places.ground(home)
    return sessions.serving(ground, settings.EMBEDDED_SERVERS)
