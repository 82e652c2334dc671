"""The embedded servers for one command: used where they run, else started and stopped again."""

import os
import signal
import socket
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from smsmonitor.embedded import folders, locks, postgres, valkey
from smsmonitor.embedded.places import Ground, Unusable
from smsmonitor.embedded.programs import Program, end_with_parent, environment, identity

# After a power cut PostgreSQL first reads through what it had promised.
_START = 300.0
_STOP = 30.0
_LOOK = 0.05
# By home; kept so that one which outlives its command is no lost child, and is buried at its end.
_children: defaultdict[Path, list[subprocess.Popen[bytes]]] = defaultdict(list)
# Held by `make run` as long as it runs, and by commands (shared) as long as they need the servers.
RUN_LOCK = "run.lock"
USERS_LOCK = "servers.lock"


@contextmanager
def serving(ground: Ground, servers: tuple[str, ...]) -> Iterator[None]:
    """Have servers ("postgres", "valkey") while the block runs.

    Beside a running `make run` its servers are used.  Else the first of several commands starts
    them and the last one stops them.
    """
    folders.make_home(ground)
    with locks.opened(ground.home / USERS_LOCK) as users:
        users.take(shared=True, patience=_START)
        if locks.is_held(ground.home / RUN_LOCK):
            users.release()
            wait([program(ground, name) for name in servers], alive=lambda: True)
            yield
            return
        folders.make(ground)
        start_missing(ground, servers)
        try:
            yield
        finally:
            with suppress(locks.Held):
                users.take()
                stop(ground)


def start_missing(ground: Ground, servers: tuple[str, ...], *, lasting: bool = True) -> None:
    """Start those servers that do not answer, and wait for them.

    lasting: they and their data outlive this process; False is for tests.
    """
    with locks.opened(ground.home / "starting.lock") as starting:
        starting.take(patience=_START)
        for name in servers:
            wanted = program(ground, name, lasting=lasting)
            if wanted.ready is not None and wanted.ready():
                continue
            if name == "postgres":
                postgres.prepare(ground, lasting=lasting)
                postgres.clear_stale_locks(ground)
            child = _spawn(wanted, ground, lasting=lasting)
            wait([wanted], alive=lambda child=child: child.poll() is None)  # type: ignore[misc]
        if "postgres" in servers:
            postgres.ensure_database(ground)


def program(ground: Ground, name: str, *, lasting: bool = True) -> Program:
    """Return one of the two servers by name."""
    if name == "postgres":
        return postgres.program(ground, lasting=lasting)
    return valkey.program(ground)


def stop(ground: Ground) -> None:
    """Stop both servers, wherever they were started from, and wait until they are gone."""
    pid = postgres.running(ground)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
    _shut_valkey(ground)
    wait_gone(ground)


def wait_gone(ground: Ground) -> None:
    """Wait until no server of this ground is left; raises Unusable when one does not end."""
    deadline = time.monotonic() + _STOP
    children = _children[ground.home]
    while any(child.poll() is None for child in children) or postgres.running(ground) is not None:
        if time.monotonic() > deadline:
            raise Unusable(f"The servers of {ground.home} do not stop; end them by hand.")
        time.sleep(_LOOK)


def wait(programs: list[Program], *, alive: Callable[[], bool]) -> None:
    """Wait until all programs serve; raises Unusable when one ends first or takes too long."""
    deadline = time.monotonic() + _START
    for wanted in programs:
        while wanted.ready is not None and not wanted.ready():
            if not alive():
                raise Unusable(f"The server {wanted.name} ended at once: {_last_words(wanted)}")
            if time.monotonic() > deadline:
                raise Unusable(f"The server {wanted.name} did not answer within {_START:.0f} s.")
            time.sleep(_LOOK)


def _spawn(wanted: Program, ground: Ground, *, lasting: bool) -> subprocess.Popen[bytes]:
    log = ground.home / f"{wanted.name}.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            wanted.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=None if lasting else end_with_parent(wanted.stop),  # noqa: PLW1509 - asks the kernel
            env=environment(),
            **identity(wanted.ground),
        )
    _children[ground.home].append(child)
    return child


def _last_words(wanted: Program) -> str:
    if wanted.ground is None:
        return ""
    with suppress(OSError):
        lines = (wanted.ground.home / f"{wanted.name}.log").read_text().strip().splitlines()
        return " ".join(lines[-3:])
    return "it wrote nothing."


def _shut_valkey(ground: Ground) -> None:
    path = ground.sockets / "valkey.sock"
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
        client.settimeout(2)
        client.connect(str(path))
        client.sendall(b"SHUTDOWN NOSAVE\r\n")
        client.recv(64)
