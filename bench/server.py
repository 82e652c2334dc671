"""The web server under load: started as `make run` starts it."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from smsmonitor import roster

_PATIENCE_SECONDS = 60.0


@contextmanager
def serving() -> Iterator[None]:
    """Have the web server while the block runs."""
    web = roster.web()
    process = subprocess.Popen(web.command, stdout=subprocess.DEVNULL)
    try:
        _wait(process)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]") -> None:
    ready = roster.web().ready
    until = time.monotonic() + _PATIENCE_SECONDS
    while ready is not None and not ready():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("The web server did not start.")
        time.sleep(0.1)
