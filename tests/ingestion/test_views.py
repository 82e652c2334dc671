"""The door: what is let in is stored as it came, and only then acknowledged."""

import http.client
import json
import threading
from io import BytesIO

import pytest
from django.test import Client

from ingestion import drain
from ingestion.models import InboxEntry, QueueItem
from providers.models import ProviderAccount
from providers.sms import simulator
from tests import records
from tests.ingestion import callbacks
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

client = Client(raise_request_exception=True)


@pytest.fixture
def kannel():
    return records.account(kind="kannel")


@pytest.fixture
def signed():
    made = records.account(kind="simulator")
    made.credentials = {"secret": "s1"}
    made.save()
    return made


def door(account, query=""):
    return f"/callbacks/{account.token}/{query}"


def post(path, body=b"", content_type="application/json", **extra):
    return client.generic("POST", path, body, content_type, **extra)


def test_a_callback_is_stored_as_it_came_and_waits_to_be_applied(kannel):
    body = b"id=a&status=1&text=%00\xff"

    response = post(
        door(kannel, "?x=%2B39&y=1"),
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"x-unit": "7", "authorization": "Basic c2VjcmV0", "cookie": "a=b"},
    )

    assert (response.status_code, response.content) == (204, b"")
    entry = InboxEntry.objects.get()
    assert (entry.account_id, entry.method, entry.query) == (kannel.pk, "POST", "x=%2B39&y=1")
    assert bytes(entry.body) == body
    headers = json.loads(entry.headers)
    assert headers["X-Unit"] == "7"
    assert "Authorization" not in headers
    assert "Cookie" not in headers
    assert [(item.entry_id, item.attempts, item.again) for item in QueueItem.objects.all()] == [
        (entry.pk, 0, False)
    ]


def test_a_callback_may_come_as_its_provider_calls(kannel):
    assert client.get(door(kannel, "?id=a&status=1")).status_code == 204
    assert bytes(InboxEntry.objects.get().body) == b""


def test_the_slash_at_the_end_may_be_missing(kannel):
    assert post(door(kannel).rstrip("/")).status_code == 204


def test_a_callback_passes_none_of_the_middleware_that_pages_need(kannel):
    """It took a third of its time; a page tells by these headers that it has passed it."""
    answer = post(door(kannel))

    assert {"Vary", "Content-Language", "X-Frame-Options"} & answer.headers.keys() == set()
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert {"Vary", "Content-Language", "X-Frame-Options"} <= client.get("/login/").headers.keys()


def test_a_callback_for_a_foreign_host_is_refused(kannel):
    assert post(door(kannel), headers={"host": "elsewhere.example"}).status_code == 400
    assert InboxEntry.objects.count() == 0


def test_a_provider_that_wants_a_certain_answer_gets_it():
    response = post(door(records.account(kind="jasmin")), b"id=a&message_status=DELIVRD")

    assert (response.status_code, response.content) == (200, b"ACK/Jasmin")


def test_a_query_of_other_bytes_is_kept_escaped(kannel):
    client.get(door(kannel), QUERY_STRING="id=caf\xe9&status=\x001")

    assert InboxEntry.objects.get().query == "id=caf%E9&status=%001"


def test_an_unknown_token_is_not_found():
    tokens = ["x" * 43, "x", "%00", "a%00" * 20, "à" * 43, "x" * 60_000, "..%2f..", "a b"]

    answers = [post(f"/callbacks/{token}/", b"{}") for token in tokens]

    assert [answer.status_code for answer in answers] == [404] * len(tokens)
    assert InboxEntry.objects.count() == 0


def test_another_method_is_refused_by_naming_the_right_one(signed):
    methods = ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "X" * 100]

    answers = [client.generic(method, door(signed)) for method in methods]

    assert [(answer.status_code, answer["Allow"]) for answer in answers] == [(405, "POST")] * 7


def test_a_body_that_is_too_large_is_refused_unread(kannel, settings):
    settings.CALLBACK_MAX_BYTES = 2_000

    assert post(door(kannel), b"x" * 2_000).status_code == 204
    assert post(door(kannel), b"x" * 2_001).status_code == 413
    endless = {"CONTENT_LENGTH": "9" * 500, "wsgi.input": BytesIO(b"x")}
    assert post(door(kannel), b"x", **endless).status_code == 413
    assert InboxEntry.objects.count() == 1


@pytest.mark.parametrize(("length", "status"), [(0, 204), (2_000, 204), (2_001, 413)])
def test_a_body_without_a_length_is_read_as_far_as_allowed(kannel, settings, length, status):
    settings.CALLBACK_MAX_BYTES = 2_000
    body = BytesIO(b"x" * length)

    response = post(
        door(kannel), CONTENT_LENGTH="", **{"wsgi.input": body, "wsgi.input_terminated": True}
    )

    assert response.status_code == status
    assert [len(entry.body) for entry in InboxEntry.objects.all()] == [length] * (status == 204)


class Gone(BytesIO):
    """A client that went away."""

    def read(self, *_args):
        raise OSError


@pytest.mark.parametrize(
    "extra",
    [
        {"CONTENT_LENGTH": "many"},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "10", "wsgi.input": BytesIO(b"half")},
        {"CONTENT_LENGTH": "10", "wsgi.input": Gone()},
    ],
)
def test_a_body_that_does_not_come_is_not_acknowledged(kannel, extra):
    assert post(door(kannel), b"x", **extra).status_code == 400
    assert InboxEntry.objects.count() == 0


def test_a_right_signature_opens(signed):
    body = simulator.encode([callbacks.report("a", "sent")])

    response = post(door(signed), body, headers=simulator.sign(body, "s1"))

    assert response.status_code == 204


def test_without_the_right_signature_nothing_is_stored_but_the_attempt_is_counted(signed):
    body = simulator.encode([callbacks.report("a", "sent")])
    attempts = [
        {},
        simulator.sign(body, "another account's"),
        simulator.sign(body + b" ", "s1"),
        {simulator.HEADER: "é" * 100},
    ]

    answers = [post(door(signed), body, headers=headers) for headers in attempts]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert InboxEntry.objects.count() == 0
    until(lambda: callbacks.tallies(signed) == {"refused": 4})


def test_credentials_that_cannot_be_read_let_nothing_in(signed):
    ProviderAccount.objects.filter(pk=signed.pk).update(sealed_credentials="damaged")
    body = simulator.encode([callbacks.report("a", "sent")])

    assert post(door(signed), body, headers=simulator.sign(body, "s1")).status_code == 403


DEEP = b"[" * 60_000
GARBAGE = [
    (b"", ""),
    (b"", "application/json"),
    (b"\x00" * 1000, "application/json"),
    (b"\xff\xfe\xfd", "application/x-www-form-urlencoded"),
    (b'{"id": "\xff"}', "application/json"),
    (DEEP, "application/json"),
    (b'{"reports": ' + DEEP, "application/json; charset=nonsense"),
    (b'{"reports": [{"id": "\\u0000", "status": "sent"}]}', "application/json"),
    (b'{"reports": [{"id": "\\ud800", "status": "sent"}]}', "application/json"),
    (b'{"reports": [{"id": 1e999, "status": []}]}', "application/json"),
    (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
    (b"<xml/>", "text/xml"),
    (b"id=%00&status=%ff", "application/x-www-form-urlencoded"),
    (b"&=&=&" * 5000, "application/x-www-form-urlencoded"),
]


@pytest.mark.parametrize("kind", ["twilio", "kannel", "jasmin", "smpp", "simulator"])
def test_garbage_is_refused_or_ends_as_a_dead_letter(kind):
    account = records.account(kind=kind)
    account.credentials = {"verify": "none"}
    account.save()

    answers = [post(door(account), body, content_type=kind_) for body, kind_ in GARBAGE]
    drain.drain()

    assert {answer.status_code for answer in answers} <= {200, 204, 400, 403}
    stored = [answer for answer in answers if answer.status_code < 300]
    assert InboxEntry.objects.count() == len(stored)
    assert QueueItem.objects.count() == 0
    set_aside = [*callbacks.held("dead"), *callbacks.held("parked")]
    assert {held.entry_id for held in set_aside} == set(callbacks.entry_ids())
    assert all(held.error for held in callbacks.held("dead"))


def test_a_real_server_acknowledges_many_at_once_and_has_them_all(live_server, kannel):
    host = live_server.url.removeprefix("http://")

    def send(numbers):
        connection = http.client.HTTPConnection(host, timeout=20)
        for number in numbers:
            connection.request("GET", door(kannel, f"?id=live-{number}&status=1"))
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        connection.close()

    statuses = []
    threads = [
        threading.Thread(target=send, args=(range(start, start + 10),))
        for start in range(0, 80, 10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [204] * 80
    assert {entry.query for entry in InboxEntry.objects.all()} == {
        f"id=live-{number}&status=1" for number in range(80)
    }
