"""A provider that is not there: real HTTP on loopback, which does as it is told."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reaction = Callable[["Handler"], None]
PATIENCE_SECONDS = 30


class Handler(BaseHTTPRequestHandler):
    """Reads a request, remembers it, and reacts."""

    protocol_version = "HTTP/1.1"
    server: "Provider"

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        self.server.take(self)

    do_GET = do_POST  # noqa: N815  # http.server calls it so

    def answer(self, status, said=b"", **headers):
        """Write a whole answer."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Provider(ThreadingHTTPServer):
    """Answers as its `reactions` say, in turn; the last one stays."""

    daemon_threads = True
    # As many may knock at once as a fleet has couriers.
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.reactions: list[Reaction] = [accept]
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.lock = threading.Lock()
        self.giving_up = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def take(self, handler):
        with self.lock:
            self.requests.append(
                (handler.command, handler.path, dict(handler.headers), handler.body)
            )
            react = self.reactions.pop(0) if len(self.reactions) > 1 else self.reactions[0]
        react(handler)

    def said(self) -> list[Any]:
        """Return the JSON bodies that came."""
        with self.lock:
            return [json.loads(body) for _method, _path, _headers, body in self.requests]

    def handle_error(self, request, client_address):
        pass


@contextmanager
def provider():
    """Run a provider."""
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.giving_up.set()
        server.shutdown()
        server.server_close()


def accept(handler):
    """Take the message, under an id of its own."""
    said = json.loads(handler.body) if handler.body.startswith(b"{") else {}
    handler.answer(202, {"id": f"P-{said.get('reference', '')}"})


def says(status, said=b"", **headers) -> Reaction:
    """Answer always the same."""
    return lambda handler: handler.answer(status, said, **headers)


def hang(handler):
    """Say nothing until everybody has given up."""
    handler.server.giving_up.wait(PATIENCE_SECONDS)
    handler.close_connection = True


def trickle(handler):
    """Answer a byte at a time, for ever."""
    handler.wfile.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100000\r\n\r\n")
    try:
        while not handler.server.giving_up.wait(0.02):
            handler.wfile.write(b"x")
    except OSError:
        handler.close_connection = True


def reset(handler):
    """Break the connection as a crash does."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def late(seconds) -> Reaction:
    """Take the message, but answer after whoever asked has given up."""

    def react(handler):
        time.sleep(seconds)
        accept(handler)

    return react


def hang_up_after(handler):
    """Take the message, and close a connection that was to stay open, without a word of it."""
    accept(handler)
    handler.close_connection = True
