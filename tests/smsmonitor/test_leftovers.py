"""A refusal is heard, however much its sender still has to say."""

import http.client

import pytest

from tests import records
from tests.webserver import Web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TOO_MUCH = b"x" * 10_000_000


@pytest.fixture
def web():
    server = Web()
    server.start()
    yield server
    server.kill()


def _post(web, path, body, **headers):
    line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    line.request("POST", path, body, headers, encode_chunked=not isinstance(body, bytes))
    status = line.getresponse().status
    line.close()
    return status


def test_a_body_that_is_too_large_is_refused_with_an_answer(web):
    door = f"/callbacks/{records.account().token}/"

    assert _post(web, door, TOO_MUCH) == 413
    assert _post(web, door, iter([TOO_MUCH]), **{"Transfer-Encoding": "chunked"}) == 413


def test_whoever_may_not_register_hears_so(web):
    path = f"/api/v1/deliveries/{records.delivery().pk}/messages/"

    assert _post(web, path, TOO_MUCH, **{"Content-Type": "application/x-ndjson"}) == 401
