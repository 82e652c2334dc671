"""The load: keep-alive connections that post ready-made requests, in a process of its own.

It shares the machine with what it measures, so it does as little as it can: the requests are
made before, one `send` and one `recv` each.  Read from stdin, pickled: Load; written as JSON:
the answers by status, and the seconds.
"""

import json
import pickle
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import NamedTuple

CONNECTIONS = 64
_LONGEST_ANSWER = 65_536
_STALLED_SECONDS = 10.0


class Load(NamedTuple):
    """What is sent, where to, and for how long."""

    port: int
    requests: Sequence[bytes]
    seconds: float


class Answers(NamedTuple):
    """How many answers of each status came, and in how many seconds."""

    by_status: Counter[str]
    seconds: float

    @property
    def good(self) -> int:
        """Return how many answers were 2xx, or sent the client elsewhere."""
        return sum(n for status, n in self.by_status.items() if status[:1] in {"2", "3"})

    @property
    def rate(self) -> float:
        """Return the good answers per second."""
        return self.good / self.seconds


def run(load: Load) -> Answers:
    """Send a load from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.client"],
        input=pickle.dumps(tuple(load)),
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)
    return Answers(Counter(found["by_status"]), found["seconds"])


def send(load: Load) -> Answers:
    """Send until the time is over, then wait for the answers that are still due."""
    by_status: Counter[str] = Counter()
    requests = cycle(load.requests)
    selector = selectors.DefaultSelector()
    start = time.perf_counter()
    for _ in range(CONNECTIONS):
        _connect(selector, load.port).send(next(requests))
    due, received = CONNECTIONS, dict[int, bytes]()
    while due:
        now = time.perf_counter()
        for connection, answer in _answers(selector, received):
            by_status[answer] += 1
            if now - start < load.seconds:
                connection.send(next(requests))
            else:
                due -= 1
    return Answers(by_status, time.perf_counter() - start)


def _answers(
    selector: selectors.BaseSelector, received: dict[int, bytes]
) -> Iterator[tuple[socket.socket, str]]:
    """Yield each connection whose answer is complete, and the answer's status."""
    ready = selector.select(timeout=_STALLED_SECONDS)
    if not ready:
        raise TimeoutError("The server has stopped answering.")
    for key, _events in ready:
        connection: socket.socket = key.fileobj  # type: ignore[assignment]
        text = received.pop(key.fd, b"") + connection.recv(_LONGEST_ANSWER)
        if not text:
            raise ConnectionError("The server has closed a connection.")
        if _complete(text):
            yield connection, text[9:12].decode()
        else:
            received[key.fd] = text


def _complete(text: bytes) -> bool:
    head, end, body = text.partition(b"\r\n\r\n")
    if not end:
        return False
    if text.startswith(b"HTTP/1.1 204"):
        return True
    _, _, length = head.lower().partition(b"\r\ncontent-length:")
    return len(body) >= int(length.partition(b"\r\n")[0])


def _connect(selector: selectors.BaseSelector, port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    selector.register(connection, selectors.EVENT_READ)
    return connection


if __name__ == "__main__":
    answers = send(Load(*pickle.load(sys.stdin.buffer)))
    print(json.dumps(answers._asdict()))
