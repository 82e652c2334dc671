"""Servers of the tests' own: those that the environment names, or embedded ones.

The embedded ones end with the test run; their data are never made durable, which saves time.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

from smsmonitor.embedded import folders, places, sessions

_REDIS_DATABASES = 16


def prepare(environ: MutableMapping[str, str]) -> None:
    """Complete the environment, once for all processes of one test run."""
    if "SMSMONITOR_TESTS" not in environ:
        home = Path(tempfile.mkdtemp(prefix="smsmonitor-tests-"))
        home.chmod(0o755)
        environ["SMSMONITOR_TESTS"] = environ["SMSMONITOR_HOME"] = str(home)
        atexit.register(_clean, home, os.getpid())
        _start(home, environ)
    environ["REDIS_URL"] = _own_database(environ["REDIS_URL"], environ.get("PYTEST_XDIST_WORKER"))


def _start(home: Path, environ: MutableMapping[str, str]) -> None:
    ground = places.ground(home)
    missing = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
    missing = {server: name for server, name in missing.items() if not environ.get(name)}
    folders.make(ground)
    sessions.start_missing(ground, tuple(missing), lasting=False)
    if "postgres" in missing:
        environ["DATABASE_URL"] = places.database_url(home)
    if "valkey" in missing:
        environ["REDIS_URL"] = places.redis_url(home)


def _clean(home: Path, pid: int) -> None:
    if os.getpid() == pid:
        ground = places.ground(home)
        sessions.stop(ground)
        for folder in (ground.sockets, ground.data, home):
            shutil.rmtree(folder, ignore_errors=True)


def _own_database(redis_url: str, worker: str | None) -> str:
    """Give each process of pytest-xdist a Redis database, so that none sees another's keys."""
    if worker is None:
        return redis_url
    number = (int(worker.removeprefix("gw")) + 1) % _REDIS_DATABASES
    if redis_url.startswith("unix:"):
        return f"{redis_url}?db={number}"
    scheme, _, rest = redis_url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/{number}"
