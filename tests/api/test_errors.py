"""Whatever is sent, the answer is JSON that says what was wrong with it."""

import io
import json

import pytest
from django.db import DataError, IntegrityError, OperationalError
from django.test import Client

from api import errors

pytestmark = pytest.mark.django_db


def test_nobody_is_let_in_without_a_token(anybody):
    response = anybody.get("/api/v1/deliveries/")

    assert (response.status_code, list(response.json())) == (401, ["detail"])
    assert response["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("header", ["Token", "Token x", "Token a b", "Token \xff", "Basic eDp5"])
def test_a_wrong_token_is_refused(anybody, header):
    response = anybody.get("/api/v1/deliveries/", HTTP_AUTHORIZATION=header)

    assert response.status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b"5", 400),
        (b"\xff\xfe", 400),
        (b"\0", 400),
        (b'{"label": NaN}', 400),
        (b'{"label": ' + b"[" * 100_000, 400),
        (b'{"a":' * 100_000, 400),
        (b'{"account": ' + b"9" * 5_000 + b"}", 400),
        (b'{"label": "x", "channel": "\\ud800"}', 400),
        (b'{"\\udfff": "x"}', 400),
        (b'{"label": "' + b"x" * 1_100_000 + b'"}', 413),
        (b'{"label": "' + b"x" * 3_000_000 + b'"}', 413),
    ],
)
def test_garbage_is_refused(operator, body, status):
    response = operator.generic(
        "POST", "/api/v1/deliveries/", body, content_type="application/json"
    )

    assert response.status_code == status
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize(("length", "status"), [(20, 201), (1_100_000, 413)])
def test_a_body_in_chunks_is_read_as_any_other(admin, length, status):
    body = json.dumps({"name": "x" * 20, "kind": "kannel"}).encode() + b" " * length

    response = admin.generic(
        "POST",
        "/api/v1/accounts/",
        **{"wsgi.input": io.BytesIO(body), "HTTP_TRANSFER_ENCODING": "chunked"},
        content_type="application/json",
    )

    assert response.status_code == status


def test_a_body_of_another_type_is_refused(operator):
    response = operator.generic("POST", "/api/v1/deliveries/", b"a=b", content_type="text/csv")

    assert (response.status_code, list(response.json())) == (415, ["detail"])


def test_another_method_is_refused(operator):
    response = operator.delete("/api/v1/deliveries/")

    assert (response.status_code, list(response.json())) == (405, ["detail"])


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/api/v1/nothing/", False),
        ("/api/v1/deliveries/x/", False),
        ("/api/v1/deliveries", True),
        ("/api/v1/nothing", False),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_is_none_is_told_in_json(operator, path, hint, method):
    response = operator.generic(method, path)

    assert response.status_code == 404
    assert ("slash" in response.json()["detail"]) == hint


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("accounts/9/", "account"),
        ("deliveries/9/", "delivery"),
        ("deliveries/9/start/", "delivery"),
        ("messages/9/", "message"),
        ("callbacks/9/retry/", "callback"),
        ("qualifications/9/", "qualification"),
        ("quarantine/9/", "address"),
        ("quarantine/bulk/9/", "act"),
        ("quarantine/bulk/9/undo/", "act"),
        ("quarantine/incidents/9/", "incident"),
        ("typologies/9/", "typology"),
    ],
)
def test_what_is_not_there_is_told_by_its_name(admin, path, what):
    ask = admin.post if path.endswith(("start/", "retry/", "undo/")) else admin.get

    answer = ask(f"/api/v1/{path}")

    assert (answer.status_code, answer.json()) == (404, {"detail": f"There is no such {what}."})


def test_a_long_value_is_not_repeated_whole(admin):
    answer = admin.post("/api/v1/quarantine/", {"channel": "x" * 100_000})

    assert answer.status_code == 400
    assert len(answer.content) < 2_000


def test_an_address_that_is_none_asks_for_no_token_of_a_form():
    response = Client(enforce_csrf_checks=True).post("/api/v1/deliveries/x/messages/")

    assert (response.status_code, list(response.json())) == (404, ["detail"])


def test_a_parameter_stands_once(operator):
    response = operator.get("/api/v1/deliveries/?label=a&label=b")

    assert (response.status_code, list(response.json())) == (400, ["label"])


def test_json_can_be_asked_for_by_name(operator):
    assert operator.get("/api/v1/deliveries/?format=json").status_code == 200


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (IntegrityError("duplicate key +393331234567"), 409),
        (DataError("out of range"), 400),
        (OperationalError("gone"), 503),
    ],
)
def test_what_the_database_refuses_is_told_without_its_words(error, status):
    response = errors.answer(error, {})

    assert (response.status_code, list(response.data)) == (status, ["detail"])
    assert str(error) not in response.data["detail"]


def test_an_error_that_nobody_foresaw_is_not_hidden():
    assert errors.answer(ZeroDivisionError("one of ours"), {}) is None
