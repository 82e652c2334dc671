"""Registering messages that were sent already: read while they come, however many."""

import io
import json
import tracemalloc

import pytest

from deliveries import figures
from deliveries.models import Delivery, Message
from messaging.statuses import DeliveryStatus
from tests import records

pytestmark = pytest.mark.django_db

LINE = {"address": "+393331234567", "provider_message_id": "p-1", "recipient": "CRM-1"}


@pytest.fixture
def delivery(db):
    return records.delivery(status=DeliveryStatus.EDITING)


def register(caller, delivery, body, content_type="application/x-ndjson", **headers):
    if not isinstance(body, bytes):
        body = "\n".join(map(json.dumps, body)).encode()
    path = f"/api/v1/deliveries/{delivery.pk}/messages/"
    return caller.generic("POST", path, body, content_type=content_type, **headers)


@pytest.mark.parametrize(
    "content_type", ["application/jsonl", "application/json", "", "text/plain"]
)
@pytest.mark.parametrize("dialect", ["lines", "list"])
def test_messages_are_registered(operator, delivery, dialect, content_type):
    other = LINE | {"address": "+393331234568", "provider_message_ids": ["a", "b"]}
    del other["provider_message_id"]
    body = [LINE, other]
    if dialect == "list":
        body = json.dumps(body).encode()

    response = register(operator, delivery, body, content_type)

    assert response.status_code == 200
    assert response.json() == {
        "registered": 2,
        "already": 0,
        "rejected": [],
        "rejected_count": 0,
    }
    found = operator.get(f"/api/v1/deliveries/{delivery.pk}/").json()
    assert (found["status"], found["counters"]["accepted"]) == ("in_progress", 2)


def test_what_cannot_be_registered_is_named_and_the_rest_is_registered(operator, delivery):
    response = register(operator, delivery, [{"address": "x"}, LINE, LINE])

    found = response.json()
    assert (found["registered"], found["already"], found["rejected_count"]) == (1, 1, 1)
    assert [(row["line"], row["field"]) for row in found["rejected"]] == [(1, "address")]


@pytest.mark.parametrize("body", [b"", b'[{"address": '])
def test_a_body_that_is_none_is_refused_as_a_whole(operator, delivery, body):
    response = register(operator, delivery, body)

    assert (response.status_code, list(response.json())) == (400, ["detail"])
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"\0\0\0", b"[" * 100_000, b'{"a":' * 100_000, b"null", b'"x"', b"NaN"]
)
def test_garbage_is_refused_or_rejected_and_never_an_error_of_ours(operator, delivery, body):
    response = register(operator, delivery, body)

    assert response.status_code == 400 or response.json()["rejected_count"] > 0
    assert response.status_code in (200, 400)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/csv"],
)
def test_another_type_is_refused_with_those_that_are_read(operator, delivery, content_type):
    response = register(operator, delivery, [LINE], content_type)

    assert response.status_code == 415
    assert "application/x-ndjson" in response.json()["detail"]


def test_a_body_that_ends_early_registers_nothing(operator, delivery):
    body = json.dumps(LINE).encode() + b"\n"

    response = call(operator, delivery, io.BytesIO(body), CONTENT_LENGTH=str(len(body) + 1))

    assert (response.status_code, Message.objects.count()) == (400, 0)


def test_a_body_in_chunks_is_read_to_its_end(operator, delivery):
    body = json.dumps(LINE).encode()

    response = call(operator, delivery, io.BytesIO(body), HTTP_TRANSFER_ENCODING="chunked")

    assert (response.status_code, Message.objects.count()) == (200, 1)


@pytest.mark.parametrize("end", [1, 20, 40])
def test_a_body_in_chunks_that_is_cut_off_registers_nothing(operator, delivery, end):
    lines = json.dumps(LINE).encode() + b"\n" + json.dumps(LINE).encode()

    response = call(operator, delivery, io.BytesIO(lines[:-end]), HTTP_TRANSFER_ENCODING="chunked")

    assert (response.status_code, Message.objects.count()) == (400, 0)


def test_a_compressed_body_is_refused(operator, delivery):
    response = register(operator, delivery, [LINE], HTTP_CONTENT_ENCODING="gzip")

    assert (response.status_code, list(response.json())) == (415, ["detail"])


def test_a_length_that_is_no_number_is_no_body(operator, delivery):
    response = call(operator, delivery, io.BytesIO(b"x"), CONTENT_LENGTH="x")

    assert response.status_code == 400


def test_a_cancelled_delivery_takes_no_messages(operator):
    delivery = records.delivery(status=DeliveryStatus.CANCELLED)

    response = register(operator, delivery, [LINE])

    assert (response.status_code, list(response.json())) == (409, ["detail"])


def test_a_marketer_registers_nothing(marketer, delivery):
    assert register(marketer, delivery, [LINE]).status_code == 403


def test_messages_of_no_delivery_are_not_registered(operator):
    assert register(operator, Delivery(pk=1), [LINE]).status_code == 404


def test_a_person_registers_with_a_session_and_its_token(operator, delivery, settings):
    operator.credentials()
    operator.force_login(operator.user)
    operator.handler.enforce_csrf_checks = True
    refused = register(operator, delivery, [LINE])
    operator.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    accepted = register(operator, delivery, [LINE], HTTP_X_CSRFTOKEN="a" * 32)

    assert (refused.status_code, accepted.status_code) == (403, 200)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_forty_thousand_messages_cost_no_more_memory_than_ten_thousand(operator, delivery):
    few = peak(operator, delivery, lines=10_000)
    many = peak(operator, records.delivery(), lines=40_000)

    # Kept, the bodies' lines alone would be 2 MB more.
    assert many - few < 1_500_000
    assert figures.of(delivery_ids=[delivery.pk])[delivery.pk].accepted == 10_000
    assert Message.objects.count() == 50_000


def peak(caller, delivery, *, lines):
    """Register as many messages as a body that is made while it is read; return bytes held."""
    size = len(_line(0))
    tracemalloc.start()
    response = call(caller, delivery, _Endless(lines), CONTENT_LENGTH=str(size * lines))
    _now, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert response.json()["registered"] == lines
    return highest


def _line(number):
    return b'{"address": "+39333%07d", "provider_message_id": "p-%07d"}\n' % (number, number)


class _Endless(io.RawIOBase):
    """A body that is nowhere as a whole."""

    def __init__(self, lines):
        self.lines = (_line(number) for number in range(lines))
        self.rest = b""

    def read(self, size=-1):
        while len(self.rest) < size and (line := next(self.lines, b"")):
            self.rest += line
        found, self.rest = self.rest[:size], self.rest[size:]
        return found


def call(caller, delivery, stream, **environ):
    """Send a body that is a file, as a server hands it on."""
    path = f"/api/v1/deliveries/{delivery.pk}/messages/"
    environ = {"wsgi.input": stream, "CONTENT_TYPE": "application/x-ndjson", **environ}
    return caller.generic("POST", path, **environ)
