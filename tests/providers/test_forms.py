"""Fields as they come: every text is fit for the database, every fault names its field."""

from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import forms
from providers.base import BadPayload, Callback

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ENCODED = st.text(st.sampled_from("ab=&+%2Fé\0\ud800 c3a8")) | st.text()


def posted(body, kind=forms.FORM, url="https://x.example/?a=1&b=#c"):
    return Callback("POST", url, {"Content-Type": kind}, body, NOON)


@given(ENCODED)
def test_pairs_are_those_of_the_standard_library(encoded):
    assert forms.pairs(encoded) == parse_qsl(encoded, keep_blank_values=True)


def test_a_body_of_thousands_of_fields_is_refused():
    assert len(forms.parse("a&" * 999)) == 1
    with pytest.raises(BadPayload, match="body: too many fields"):
        forms.parse("a&" * 1000)


def test_fields_come_from_the_body_or_where_there_is_none_from_the_query():
    form = posted(b"x=%C3%A8&y=")
    get = Callback("GET", form.url, {}, b"ignored=1", NOON)

    assert forms.fields(form) == {"x": "è", "y": ""}
    assert forms.fields(get) == {"a": "1", "b": ""}
    assert forms.fields(posted(b'{"x": 1}', "Application/JSON; charset=utf-8")) == {"x": 1}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"1" * 10_000])
def test_what_is_no_json_is_refused_without_its_content(body):
    with pytest.raises(BadPayload, match=r"\Abody: not valid JSON\Z"):
        forms.json_body(posted(body))


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"a"'])
def test_json_that_is_no_object_is_refused(body):
    with pytest.raises(BadPayload, match=r"\Abody: not a JSON object\Z"):
        forms.json_object(posted(body))


@given(st.text(st.characters(codec=None)), st.integers(0, 20))
def test_every_text_fits_the_database(value, length):
    text = forms.text(value, field="f", length=length)

    assert "\0" not in text
    assert len(text) <= length
    assert text.encode().decode() == text


def test_what_is_text_enough():
    assert forms.text(None, field="f") == ""
    assert forms.text(12, field="f") == "12"
    for value in (True, 1.5, [], {}):
        with pytest.raises(BadPayload, match=r"\Af: not a text\Z"):
            forms.text(value, field="f")


def test_an_id_must_be_there_and_not_too_long():
    assert forms.message_id(" x\0 ", field="id") == "x"
    assert forms.message_id("x" * 255, field="id") == "x" * 255
    with pytest.raises(BadPayload, match=r"\Aid: missing\Z"):
        forms.message_id(" ", field="id")
    with pytest.raises(BadPayload, match=r"\Aid: longer than 255 characters\Z"):
        forms.message_id("x" * 256, field="id")


@pytest.mark.parametrize(
    ("value", "number"),
    [("3", 3), (3, 3), ("0", None), (256, None), (-1, None), ("²", None), ("1" * 9, None),
     (None, None), (True, None), ([], None), ("", None)],
)  # fmt: skip
def test_small_numbers(value, number):
    assert forms.whole_number(value) == number


@pytest.mark.parametrize(
    ("value", "price"),
    [("0.0333", "0.0333"), (0.01, "0.01"), (0, "0"), (1e-05, "0.00001"), ("0.0000015", "0.000002"),
     ("-1", None), ("1000", None), ("NaN", None), (True, None), (None, None), ([], None),
     ("1" * 30, None), ("much", None)],
)  # fmt: skip
def test_prices_are_kept_in_millionths(value, price):
    assert forms.price(value) == (None if price is None else Decimal(price))


def test_currencies_and_networks_are_codes_or_nothing():
    for value, code in (("eur", "EUR"), ("EURO", ""), ("E1R", ""), ("€€€", ""), (None, "")):
        assert forms.currency(value) == code
    for value, code in (
        ("22201", "22201"),
        (310010, "310010"),
        ("2220", ""),
        ("²2201", ""),
        ({}, ""),
    ):
        assert forms.network(value) == code


def test_the_number_of_a_handset_gets_its_plus_sign():
    for value, number in (
        ("393470001", "+393470001"),
        ("+1", "+1"),
        ("54321", "54321"),
        (1234567, "+1234567"),
        ("Shop", "Shop"),
        (None, ""),
    ):
        assert forms.number(value, field="from") == number


def test_an_object_within_an_object_is_empty_where_there_is_none():
    assert (forms.inner({"a": 1}), forms.inner(None), forms.inner([1])) == ({"a": 1}, {}, {})


def test_a_text_of_json_must_hold_what_is_asked_for():
    assert forms.json_text('{"a": 1}', field="Message") == {"a": 1}
    with pytest.raises(BadPayload, match="Message: not a JSON object"):
        forms.json_text("[]", field="Message")
    with pytest.raises(BadPayload, match="Message: not a list"):
        forms.json_text_list("{}", field="Message")
