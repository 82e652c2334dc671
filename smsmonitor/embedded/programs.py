"""Starts the servers' programs so that they end with us and run as the right user."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from smsmonitor.embedded.places import Ground, Unusable

_PR_SET_PDEATHSIG = 1


class Program(NamedTuple):
    """One program to be kept running.

    stop: the signal that ends it in good order.
    ready: tells whether it serves; None where nobody waits for it.
    once: it may end by itself for good, with exit code 0.
    noise: lines with one of these words tell a person nothing.
    """

    name: str
    command: tuple[str, ...]
    ground: Ground | None = None
    stop: signal.Signals = signal.SIGTERM
    ready: Callable[[], bool] | None = None
    once: bool = False
    noise: tuple[str, ...] = ()


def identity(ground: Ground | None) -> dict[str, Any]:
    """Return subprocess' arguments for running as the owner of the servers."""
    if ground is None or ground.owner is None:
        return {}
    owner = ground.owner
    return {"user": owner.uid, "group": owner.gid, "extra_groups": [], "cwd": ground.sockets}


def end_with_parent(stop: signal.Signals) -> Callable[[], None] | None:
    """Return what a child does first: on Linux it asks to be stopped when its parent dies."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(stop), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def run(ground: Ground, command: tuple[str, ...], *, doing: str) -> str:
    """Run a program of the servers to its end and return what it wrote.

    Raises Unusable with its last words where it fails.
    """
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=environment(),
        **identity(ground),
    )
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()[-4:]
        raise Unusable(f"{doing} failed: {' '.join(words)}")
    return str(done.stdout).strip()


def environment() -> dict[str, str]:
    """Return the environment of the servers: nothing of ours, no PG… variable of a person's."""
    kept = {
        name: os.environ[name] for name in ("PATH", "TZ", "LD_LIBRARY_PATH") if name in os.environ
    }
    return {**kept, "LC_ALL": "C.UTF-8", "HOME": "/"}
