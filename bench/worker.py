"""One worker process: it drains the inbox each time it is told to, and says how long that took."""

import json
import subprocess
import sys
import time
from importlib import import_module
from types import TracebackType
from typing import Self

import django


class Worker:
    """The other end: starts the process and talks to it."""

    def __enter__(self) -> Self:
        """Start the process."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self.process.communicate()

    def drain(self, *, expected: int) -> float:
        """Have the inbox drained; return the seconds that took."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("The worker has no pipes.")
        self.process.stdin.write("drain\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        if said["entries"] != expected:
            raise RuntimeError(f"{said['entries']} of {expected} callbacks were applied.")
        seconds: float = said["seconds"]
        return seconds


def main() -> None:
    """Drain whenever a line comes, until there are none."""
    django.setup()
    drain = import_module("ingestion.drain").drain
    # As a worker of Celery begins.
    import_module("smsmonitor.celery").keep_what_is_loaded()
    for _line in sys.stdin:
        start = time.perf_counter()
        entries = drain()
        seconds = time.perf_counter() - start
        print(json.dumps({"entries": entries, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
