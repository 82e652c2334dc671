"""Whatever comes in, a provider answers with reports or with the error it is meant to raise."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.reports import StatusReport
from providers import registry
from providers.base import BadPayload, BadSignature, Callback
from tests.providers import recorded

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(codec=None), max_size=40)


def _said(value):
    """Yield names and plain values of what came in, however deep."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _said(item)
    elif value is not None:
        yield value


def _vocabulary():
    """Return the names and values of all recorded callbacks: kinds to come bring their own."""
    found = {"9" * 400, "whatsapp:", "\0", "id: stat:", "NACK/0x0b/x"}
    for kind in registry.PROVIDERS:
        for case in recorded.cases(f"payloads/{kind}"):
            for encoded in (case["query"], case["body"]):
                with suppress(ValueError):
                    found |= set(map(str, _said(json.loads(encoded))))
                found |= {text for pair in parse_qsl(encoded) for text in pair}
    return sorted(found)


WORDS = st.sampled_from([word for word in _vocabulary() if len(word) <= 400])
NAMES = st.sampled_from([word for word in _vocabulary() if word.isidentifier() or "-" in word])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)
OBJECTS = st.dictionaries(NAMES | ANY_TEXT, VALUES, max_size=8)
BODIES = (
    st.binary(max_size=200)
    | OBJECTS.map(lambda value: json.dumps(value).encode())
    | OBJECTS.map(lambda value: json.dumps({"reports": [value]}).encode())
    | OBJECTS.map(lambda value: urlencode(value, errors="ignore").encode())
    | st.lists(WORDS).map(lambda words: " ".join(words).encode("utf-8", "replace"))
)
TYPES = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "text/plain", "", "é;", "multipart/x"]
)
QUERIES = st.dictionaries(NAMES, WORDS | st.text(max_size=20), max_size=6).map(
    lambda value: f"?{urlencode(value, errors='replace')}"
)
URLS = (QUERIES | ANY_TEXT).map(lambda query: recorded.URL + query)


# A value of a form, or one of JSON with its quotes.
PLAIN = re.compile(r'(?<==)[^&]*|"(?:[^"\\]|\\.)*"|\b[\w.]+\b|null')


@pytest.mark.parametrize("kind", registry.PROVIDERS)
@given(method=st.sampled_from(["GET", "POST"]), url=URLS, media=TYPES, body=BODIES)
@settings(max_examples=200, deadline=None)
def test_garbage_raises_nothing_else(kind, method, url, media, body):
    callback = Callback(method, url, {"Content-Type": media}, body, NOON)
    reports = []

    with suppress(BadPayload):
        reports.extend(registry.get(kind).reports(callback, {}))

    for report in reports:
        _assert_fit(report)


def _assert_fit(report):
    """What a report says fits the database, and the keys of counters, which are joined by dots."""
    is_status = isinstance(report, StatusReport)
    assert is_status <= len(report.provider_message_id) <= 255
    assert len(report.text) <= (500 if is_status else 10_000)
    assert len(getattr(report, "code", "")) <= 64
    assert not is_status or re.fullmatch(r"[0-9]{0,6}", report.network)
    assert not is_status or re.fullmatch(r"[A-Z]{3}|", report.currency)
    for value in report:
        if isinstance(value, str):
            assert "\0" not in value
            value.encode()


SIGNED = {kind: cases for kind in registry.PROVIDERS if (cases := recorded.signed(kind))}
RECORDED = {kind: recorded.cases(f"payloads/{kind}") for kind in registry.PROVIDERS}


@pytest.mark.parametrize("kind", SIGNED)
@given(data=st.data(), url=URLS, media=TYPES, body=BODIES)
@settings(max_examples=100, deadline=None)
def test_garbage_is_refused_at_the_door(kind, data, url, media, body):
    case = data.draw(st.sampled_from(SIGNED[kind]))
    proofs = {name: data.draw(ANY_TEXT | st.just(text)) for name, text in case["headers"].items()}
    headers = proofs | {"Content-Type": media}
    callback = Callback("POST", url, headers, body, recorded.request(case).received_at)

    with suppress(BadSignature):
        registry.get(kind).verify(callback, case["credentials"])
    with pytest.raises(BadSignature):
        registry.get(kind).verify(callback, dict.fromkeys(case["credentials"], "another"))


@pytest.mark.parametrize("kind", registry.PROVIDERS)
@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_callback_with_one_thing_wrong_raises_nothing_else(kind, data):
    case = data.draw(st.sampled_from(RECORDED[kind]))
    wrong = data.draw(VALUES.map(json.dumps) | WORDS)
    name = "body" if case["body"] else "query"
    found = [match.span() for match in PLAIN.finditer(case[name])]
    start, end = data.draw(st.sampled_from(found)) if found else (0, 0)
    text = case[name][:start] + wrong + case[name][end:]
    changed = case | {name: text.encode("utf-8", "replace").decode()}

    with suppress(BadPayload):
        for report in registry.get(kind).reports(recorded.callback(changed), {}):
            _assert_fit(report)


@pytest.mark.parametrize("kind", registry.PROVIDERS)
@given(number=st.from_regex(r"\A\+39347[0-9]{7}\Z"))
@settings(max_examples=20, deadline=None)
def test_an_error_never_repeats_what_came_in(kind, number):
    for media in ("application/json", "application/x-www-form-urlencoded"):
        body = json.dumps({"To": number, "to": [number], "reports": [{"id": number}], number: ""})
        callback = Callback("POST", recorded.URL, {"content-type": media}, body.encode(), NOON)
        assert number[1:] not in _error(kind, callback)


def _error(kind, callback):
    try:
        list(registry.get(kind).reports(callback, {}))
    except BadPayload as error:
        return str(error)
    return ""
