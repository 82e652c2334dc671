"""Personal fields: found and filled in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging import personal


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("first_name", "first_name"),
        ("First Name", "first_name"),
        (" FIRST-NAME ", "first_name"),
        ("Città", "città"),
        ("e-mail", "e_mail"),
        ("№ 1", "no_1"),
        ("--", ""),
    ],
)
def test_a_header_has_one_spelling(header, name):
    assert personal.name(header) == name
    assert personal.name(name) == name


@pytest.mark.parametrize(
    ("text", "names", "bare"),
    [
        ("Hello", [], []),
        ("Hello {{first_name}}", ["first_name"], ["first_name"]),
        ("{{ First Name }} {{city|town}} {{first-name}}", ["first_name", "city"], ["first_name"]),
        ("{{city|}}", ["city"], ["city"]),
        ("{{}} {{ }} {first_name} {{a\nb}} {{--}}", [], []),
    ],
)
def test_fields_of_a_text_are_found(text, names, bare):
    assert personal.names(text) == names
    assert personal.without_default(text) == bare


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hello {{First Name}}!", "Hello Anna!"),
        ("Hello {{surname}}!", "Hello !"),
        ("Hello {{surname|friend}}!", "Hello friend!"),
        ("Hello {{empty | friend }}!", "Hello friend!"),
        ("Hello {{none|you}} {{age}}", "Hello you 7"),
        ("{{--}} {{}} {x}", "{{--}} {{}} {x}"),
    ],
)
def test_fields_are_filled_in(text, filled):
    fields = {"first_name": " Anna ", "empty": " ", "none": None, "age": 7}

    assert personal.fill(text, fields) == filled


def test_what_a_recipient_brings_is_no_field():
    assert personal.fill("{{a}}", {"a": "{{b}}", "b": "x"}) == "{{b}}"


@given(st.text())
def test_a_text_without_fields_stays_as_it_is(text):
    if not personal.names(text):
        assert personal.fill(text, {}) == text


def test_values_and_defaults_are_written_as_the_text_needs_them():
    filled = personal.fill("{{a}} {{b|no one}}", {"a": "x y"}, write=str.upper)

    assert filled == "X Y NO ONE"
