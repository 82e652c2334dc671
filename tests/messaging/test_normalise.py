"""Errors that say the same have one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.normalise import error_key, error_text, normalise


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("SR kannel 2 UNDELIV 012|id:7 stat:UNDELIV", "SR kannel 2 UNDELIV 012|#MESSAGE#"),
        ("SR twilio 30003|undelivered", "SR twilio 30003|#MESSAGE#"),
        ("Mailbox anna@example.org is full", "Mailbox * is full"),
        ("550 5.1.1 <anna@example.org> unknown", "550 5.1.1 <*> unknown"),
        ("No route to +39 347 123-4567", "No route to *"),
        ("No route to 393471234567", "No route to #xxx#"),
        ("Refused at 2026-11-23T13:40:00Z", "Refused at #xxx#"),
        ("Refused at 23/11/2026 13:40", "Refused at #xxx# #xxx#"),
        ("Message 74e02ee1-4e2f-4a6e-a78b-4b247d756a22 lost", "Message #xxx# lost"),
        ("Queue id 4f9c01ab77 by 10.0.0.25", "Queue id #xxx# by #xxx#"),
        ("  too \n many   blanks ", "too many blanks"),
        ("NACK/0x0000000b/Invalid", "NACK/0x0000000b/Invalid"),
        ("Undeliverable: subscriber", "Undeliverable: subscriber"),
        ("", ""),
    ],
)
def test_what_differs_between_messages_is_taken_out(text, key):
    assert normalise(text) == key


def test_a_known_address_is_taken_out_in_both_spellings():
    text = "To 393471 or +393471: no"

    assert normalise(text, "+393471") == "To * or *: no"


@given(st.text() | st.text(st.sampled_from("a1@.:-/| +#*"), max_size=60))
def test_a_key_is_its_own_key_and_fits_its_column(text):
    key = normalise(text)

    assert normalise(key) == key
    assert len(key) <= 255


def test_the_key_of_a_long_text_keeps_its_mark():
    assert normalise("long " * 100 + "|x").endswith("|#MESSAGE#")


def test_a_status_report_is_one_text():
    assert error_text(kind="smpp", code="012", text="UNDELIV") == "SR smpp 012|UNDELIV"
    assert error_text(kind="smpp", code="", text="UNDELIV") == "SR smpp UNDELIV"


@pytest.mark.parametrize(
    ("code", "text", "key"),
    [
        ("30003", "undelivered", "SR twilio 30003|#MESSAGE#"),
        ("30003", "", "SR twilio 30003|#MESSAGE#"),
        ("", "undelivered", "SR twilio undelivered"),
        ("", "undelivered|for 393331234567", "SR twilio undelivered|#MESSAGE#"),
        ("", "no route to 333 1234", "SR twilio no route to *"),
        ("", "no route to +39 333 1234567 since 2026-11-23", "SR twilio no route to * since #xxx#"),
        ("", "no route to (0039) 333 12 34 56", "SR twilio no route to (*"),
        ("", "  ", ""),
        ("", "", ""),
    ],
)
def test_an_error_is_told_by_its_code_or_else_by_its_text(code, text, key):
    assert error_key(kind="twilio", code=code, text=text) == key


def test_the_key_of_a_text_does_not_hold_the_address():
    text = "no route to 393471, nor to anna@example.org"

    key = error_key(kind="smpp", code="", text=text, address="+393471")

    assert key == "SR smpp no route to *, nor to *"
