"""The door behind the real web server: what only a server can do to a body."""

import http.client
import os
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from ingestion.models import InboundMessage, InboxEntry
from quarantine import standings
from tests import records
from tests.ingestion import callbacks
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def port(tmp_path):
    """The port of a web server that works on the tests' database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
    command += ["--port", str(number), "--blocking-threads", "4", "smsmonitor.wsgi:application"]
    environment = os.environ | {"DATABASE_URL": url.geturl(), "PORT": str(number)}
    environment |= {"DJANGO_SETTINGS_MODULE": "smsmonitor.settings"}
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log
        )
    try:
        until(lambda: answers(number), seconds=60)
        yield number
    finally:
        server.terminate()
        server.wait(30)


def answers(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def send(port, account, body, **headers):
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    door.request("POST", f"/callbacks/{account.token}/", body, FORM | headers)
    status = door.getresponse().status
    door.close()
    return status


def test_bodies_come_in_one_piece_in_chunks_too_large_and_cut_short(port):
    account = records.account(kind="kannel")

    assert send(port, account, b"id=whole&status=1") == 204
    assert send(port, account, iter([b"id=chu", b"nks&status=1"])) == 204
    assert send(port, account, iter([b"x" * 50_000] * 2)) == 413
    assert send(port, account, b"x" * 10_000_000) == 413
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        head = f"POST /callbacks/{account.token}/ HTTP/1.1\r\nHost: localhost\r\n"
        client.sendall(f"{head}Content-Length: 100\r\n\r\nid=half".encode())
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100).split()[1] == b"400"

    bodies = [bytes(entry.body) for entry in InboxEntry.objects.order_by("id")]
    assert bodies == [b"id=whole&status=1", b"id=chunks&status=1"]


def test_a_stop_goes_through_the_door_and_denylists_whoever_wrote_it(port):
    account = records.account(kind="kannel")
    sale = records.delivery(account=account)
    answered = records.message(sale, address="+393331112233")
    stop = b"from=%2B393331112233&to=40604&id=in-1&text=Basta%21"

    assert [send(port, account, stop) for _ in range(2)] == [204, 204]
    callbacks.apply_all()

    kept = InboundMessage.objects.get()
    assert (kept.action, kept.message_id) == ("denylist", answered.pk)
    assert set(standings.denied(["+393331112233"])) == {"+393331112233"}
