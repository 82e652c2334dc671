"""The web server and a worker, as they run in production, on the tests' own database."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

from django.db import connection
from django.utils import timezone

from ingestion import drain, sweeping
from ingestion.simulator.posting import Line


class Web:
    """A web server in processes of its own, which can be killed and started again."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    def line(self):
        """Return a connection to it."""
        return Line(host="127.0.0.1", port=self.port)

    def start(self):
        """Start it, and return once it answers."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
                *("--host", "127.0.0.1", "--port", str(self.port), "--http", "1"),
                *("--blocking-threads", "16", "--backpressure", "128", "--log-level", "error"),
                "smsmonitor.wsgi:application",
            ],
            env=environment(),
            start_new_session=True,
        )
        line = self.line()
        while not line.answers():
            time.sleep(0.05)
        line.close()

    def kill(self):
        """End it as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Worker(threading.Thread):
    """Applies what is in the mailbox until it is stopped."""

    def __init__(self):
        super().__init__(daemon=True)
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.wait(0.05):
            sweeping.sweep(at=timezone.now())
            drain.drain()
        connection.close()

    def stop(self):
        """Return once it has ended."""
        self.stopping.set()
        self.join()


def environment():
    """Return the environment of a process that is to use the tests' database."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(
        path=f"/{connection.settings_dict['NAME']}"
    )
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "smsmonitor.settings",
        "DATABASE_URL": database.geturl(),
    }
