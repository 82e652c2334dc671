"""The whole system as `make run` starts it, in a folder and on a port of its own."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90


@dataclass
class Answer:
    """What came back."""

    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class System:
    """A running system, spoken to from outside only."""

    home: Path
    port: int
    process: subprocess.Popen
    environment: dict[str, str]
    token: str = ""

    def manage(self, *arguments: str) -> str:
        """Run a management command beside the running system."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Call the API; a body that is no bytes is sent as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        connection.request(method, path, body, {"Host": f"localhost:{self.port}"} | headers)
        response = connection.getresponse()
        answer = Answer(response.status, response.read())
        connection.close()
        return answer

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield every row of a list, page after page."""
        while path:
            page = self.call("GET", path).json()
            yield from page["results"]
            path = (page["next"] or "").partition(f"localhost:{self.port}")[2]

    def processes(self, word: str) -> list[int]:
        """Return the ids of all processes of the system whose command line has this word."""
        ours, found = {self.process.pid}, []
        table = [_process(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        for pid, parent, command in sorted(row for row in table if row):
            if parent in ours:
                ours.add(pid)
                if word in command:
                    found.append(pid)
        return found

    def log(self) -> str:
        """Return everything that the system has printed."""
        return (self.home / "output.log").read_text(errors="replace")


def _process(entry: Path) -> tuple[int, int, str] | None:
    with contextlib.suppress(OSError):
        parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return int(entry.name), parent, command
    return None


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def until(condition: Any, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until a condition holds; fail with its name where it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError, KeyError):
            if condition():
                return
        time.sleep(0.25)
    raise AssertionError(f"{condition.__name__} did not come true in {seconds:.0f} s")


@contextlib.contextmanager
def running(**variables: str) -> Iterator[System]:
    """Start a system and stop it with Ctrl-C; its data go with it."""
    home = Path(tempfile.mkdtemp(prefix="smsmonitor-system-"))
    # The embedded servers may run as another user.
    home.chmod(0o755)
    port = free_port()
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "COVERAGE_PROCESS_START")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"SMSMONITOR_HOME": str(home), "PORT": str(port), "DEMO": "0"} | variables
    with (home / "output.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    system = System(home, port, process, environment)
    try:

        def answers() -> bool:
            assert process.poll() is None, system.log()
            return system.call("GET", "/readyz").status == 200

        until(answers)
        system.token = system.manage("drf_create_token", "admin").split()[2]
        yield system
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=60)
        finally:
            shutil.rmtree(home, ignore_errors=True)
