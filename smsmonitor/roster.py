"""Who runs under `make run`: the programs of the system, and how each is started."""

import socket
import sys
from collections.abc import Sequence

from django.conf import settings

from smsmonitor import queues
from smsmonitor.embedded.programs import Program

# What one web process takes up at a time beyond its threads waits in the server, not in memory.
_REQUESTS_PER_THREAD = 8
# Started by root, everything but the servers runs as root: that is said once, by `make run`.
_QUIET_ROOT = ("-W", "ignore:You're running the worker with superuser privileges")
_CELERY = (sys.executable, *_QUIET_ROOT, "-m", "celery", "--quiet", "-A", "smsmonitor")


def web() -> Program:
    """Return the web server: threads wait for the database, so there are many."""
    return Program(
        name="web",
        command=(
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", settings.HOST, "--port", str(settings.PORT)),
            *("--http", "1", "--no-ws", "--runtime-mode", "st", "--no-access-log"),
            *("--workers", str(settings.WEB_WORKERS), "--log-level", "warning"),
            *("--blocking-threads", str(settings.WEB_THREADS)),
            *("--blocking-threads-idle-timeout", "600"),
            *("--backpressure", str(settings.WEB_THREADS * _REQUESTS_PER_THREAD)),
            *("--respawn-failed-workers", "--respawn-interval", "0.5"),
            *("--workers-kill-timeout", "10"),
            "smsmonitor.wsgi:application",
        ),
        ready=_web_answers,
        # The threads wait for the database most of the time; `backpressure` is set.
        noise=("which seems quite high compared to the number of CPU cores",),
    )


def worker() -> Program:
    """Return the worker of all queues but the slow ones."""
    return _worker("worker", [name for name in queues.NAMES if name not in queues.SLOW])


def sender() -> Program:
    """Return the worker that hands messages over to providers, who may be slow."""
    return _worker("sender", queues.SLOW)


def _worker(name: str, taken: Sequence[str]) -> Program:
    return Program(
        name=name,
        command=(
            *_CELERY,
            "worker",
            *("--concurrency", str(settings.WORKER_CONCURRENCY), "-Q", ",".join(taken)),
            *("--hostname", f"{name}@%h", "--loglevel", settings.LOG_LEVEL),
            *("--without-gossip", "--without-mingle"),
        ),
    )


def beat() -> Program:
    """Return the clock, which starts what returns."""
    return Program(
        name="beat",
        command=(
            *_CELERY,
            "beat",
            *("--pidfile", "", "--loglevel", "WARNING"),
        ),
    )


def demo() -> Program:
    """Return the demonstration of the first run, which ends when it has shown everything."""
    return Program(name="demo", command=command("demo"), once=True)


def command(*arguments: str) -> tuple[str, ...]:
    """Return how a command of `manage.py` is started."""
    return (sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments)


def _web_answers() -> bool:
    host = "127.0.0.1" if settings.HOST == "0.0.0.0" else settings.HOST  # noqa: S104
    try:
        with socket.create_connection((host, settings.PORT), timeout=1) as client:
            client.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return client.recv(16).startswith(b"HTTP/1.")
    except OSError:
        return False
