import socketserver
import threading
from contextlib import contextmanager

import pytest

from bench import client
from bench.client import Load

EMPTY = b"HTTP/1.1 204 No Content\r\nServer: test\r\n\r\n"
TEXT = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nhello\n"
ERROR = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def answering(*answers):
    """A server that gives its answers in turn, each in two pieces."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            while self.request.recv(1024):
                answer = answers[self.server.served % len(answers)]
                self.server.served += 1
                self.request.sendall(answer[:20])
                self.request.sendall(answer[20:])

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128
        served = 0

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("answer", [EMPTY, TEXT])
def test_every_answer_that_was_asked_for_is_counted(answer):
    with answering(answer) as server:
        found = client.run(Load(server.server_address[1], [b"GET / HTTP/1.1\r\n\r\n"], 0.1))

    assert found.good == found.by_status.total() == server.served
    assert found.good >= client.CONNECTIONS
    assert found.rate == found.good / found.seconds


def test_only_answers_with_2xx_are_good():
    with answering(ERROR) as server:
        found = client.run(Load(server.server_address[1], [b"GET / HTTP/1.1\r\n\r\n"], 0.1))

    assert found.good == 0
    assert found.by_status["503"] == server.served
