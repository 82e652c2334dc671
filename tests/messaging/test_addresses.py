"""One spelling for an address, and nothing left of it where it must be hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging import addresses
from messaging.addresses import BadAddress
from messaging.channels import Channel

NUMBER = "+393471234567"


@pytest.mark.parametrize(
    "text",
    [
        "+393471234567",
        "393471234567",
        "00393471234567",
        " +39 347 123 45 67 ",
        "+39-347.123/4567",
        "(0039) 347 1234567",
        "+39\u00a0347\u2009123\u20114567",
        "\u202a+393471234567\u202c",
        "+39\t3471234567",
        "\uff0b\uff13\uff19\uff13\uff14\uff17\uff11\uff12\uff13\uff14\uff15\uff16\uff17",
        "+٣٩٣٤٧١٢٣٤٥٦٧",
    ],
)
def test_a_number_has_one_spelling(text):
    assert addresses.normalise_phone(text) == NUMBER


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("0044 (0)20 7946 0000", "+442079460000"),
        ("+39 (0)6 0000000", "+3906" + "0000000"),
        ("+1234567", "+1234567"),
        ("+123456789012345", "+123456789012345"),
    ],
)
def test_a_zero_in_parentheses_is_dialled_in_italy_only(text, number):
    assert addresses.normalise_phone(text) == number


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("", "The number is empty: give it with its country code, like +39…"),
        (" - ", "The number is empty: give it with its country code, like +39…"),
        ("+", "The number holds something else than digits: remove it."),
        ("347 123 4567 ext 5", "The number holds something else than digits: remove it."),
        ("++393471234567", "The number holds something else than digits: remove it."),
        ("²³", "The number holds something else than digits: remove it."),
        ("\x00+393471234567", "The number holds something else than digits: remove it."),
        ("0347 1234567", "The number begins with 0: write the country code before it, like +39…"),
        ("+0393471234", "The number begins with 0: write the country code before it, like +39…"),
        ("+123456", "A number has 7 to 15 digits with its country code: check its length."),
        ("1" * 16, "A number has 7 to 15 digits with its country code: check its length."),
    ],
)
def test_what_cannot_be_a_number_is_told_its_cure(text, cure):
    with pytest.raises(BadAddress) as bad:
        addresses.normalise_phone(text)

    assert str(bad.value) == cure


@given(st.text())
def test_any_text_becomes_e164_or_is_refused(text):
    try:
        number = addresses.normalise_phone(text)
    except BadAddress:
        return
    assert addresses.E164.match(number)
    assert addresses.normalise_phone(number) == number


@pytest.mark.parametrize(
    ("text", "email"),
    [
        (" Anna.Rossi@Example.ORG ", "anna.rossi@example.org"),
        ("STRASSE@straße.example", "strasse@strasse.example"),
        ("a@Bücher.example", "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a+tag@mail.example.org", "a+tag@mail.example.org"),
        ("a@Localhost", "a@localhost"),
        ("è@example.org", "è@example.org"),
        ("e\u0300@example.org", "è@example.org"),
    ],
)
def test_an_email_address_has_one_spelling(text, email):
    assert addresses.normalise_email(text) == email


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "@", "a@", "@example.org", "a b@example.org", "a@b@example.org", "a@b",
        "a@-example", "a@example-", "a@-example.org",
        "a@exa mple.org", "a@example..org", "a@.org", "a@" + "x" * 70 + ".org",
        "x" * 65 + "@example.org", "x@" + ("y" * 60 + ".") * 4 + "org" + "z" * 20,
        "a\x00@example.org", "a@[127.0.0.1]", "<a@example.org>",
    ],
)  # fmt: skip
def test_what_cannot_be_an_email_address_is_refused(text):
    with pytest.raises(BadAddress):
        addresses.normalise_email(text)


@given(st.text() | st.emails())
def test_any_text_becomes_an_email_address_or_is_refused(text):
    try:
        email = addresses.normalise_email(text)
    except BadAddress:
        return
    assert addresses.normalise_email(email) == email


def test_a_channel_has_its_addresses():
    assert addresses.normalise(Channel.SMS, "0039 347 1234567") == NUMBER
    assert addresses.normalise("email", "A@Example.org") == "a@example.org"


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        (NUMBER, "+39 ••• ••• 567"),
        ("+15005550006", "+1 ••• ••• 006"),
        ("+2909999", "+290 ••• ••• 99"),
        ("393471234567", "••• ••• 567"),
        ("+9991234567", "••• ••• 567"),
        ("12345", "•••"),
        ("anna@example.org", "a•••@example.org"),
        ("a@example.org", "•••@example.org"),
        ("", "•••"),
    ],
)
def test_a_mask_keeps_enough_to_compare(address, masked):
    assert addresses.mask(address) == masked


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"to {NUMBER} failed", "to +39 ••• ••• 567 failed"),
        ("to 39 347-123 4567 failed", "to +39 ••• ••• 567 failed"),
        ("to 393471234567x", "to +39 ••• ••• 567x"),
        ("another 393477654321", "another 393477654321"),
        ("", ""),
    ],
)
def test_one_address_is_taken_out_of_a_text(text, left):
    assert addresses.redact(text, NUMBER) == left


def test_an_email_address_is_taken_out_in_any_case():
    assert addresses.redact("to Anna@Example.org.", "anna@example.org") == "to a•••@example.org."
    assert addresses.redact("to SENDER", "SENDER") == "to •••"
    assert addresses.redact("to SENDER", "") == "to SENDER"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"no route to {NUMBER}.", "no route to +39 ••• ••• 567."),
        ("no route to 0039 (347) 123-4567", "no route to ••• ••• 567"),
        ("number=%2B39347%20123%204567&x", "number=%2B••• ••• 567&x"),
        ("tel:347.1234 and id12345678", "tel:••• ••• 34 and id••• ••• 78"),
        ("code 30003, 6 digits 123456", "code 30003, 6 digits 123456"),
        ("Anna <anna.rossi@example.org>", "Anna <a•••@example.org>"),
        ("mail=anna%40example.org;", "mail=a•••@example.org;"),
        ("٣٩٣٤٧١٢٣٤٥٦٧", "••• ••• ٥٦٧"),
    ],
)
def test_everything_like_an_address_is_taken_out_of_a_text(text, left):
    assert addresses.redact_all(text) == left


@given(
    st.text(max_size=30),
    st.from_regex(r"\A\+?[1-9][0-9]{7,13}\Z"),
    st.lists(st.sampled_from(["", " ", "-", ".", " (", ") ", "\u00a0", "%20"]), min_size=16,
             max_size=16),
    st.text(max_size=30),
)  # fmt: skip
def test_no_number_survives_however_it_is_written(before, number, separators, after):
    spaced = "".join(map("".join, zip(number, separators, strict=False)))

    left = addresses.redact_all(f"{before}{spaced}{after}")

    digits = "".join(sign for sign in left if sign.isdecimal())
    assert number.removeprefix("+") not in digits


def test_a_fingerprint_depends_on_address_and_key():
    prints = {
        addresses.fingerprint(address, key)
        for address in (NUMBER, "+393471234568")
        for key in (b"a" * 32, b"b" * 32, b"c" * 100)
    }

    assert len(prints) == 6
    assert {len(one) for one in prints} == {16}
    assert addresses.fingerprint(NUMBER, b"a") == addresses.fingerprint(NUMBER, b"a")


@pytest.mark.parametrize(
    ("address", "beginning"),
    [("+393471234567", "+39347"), ("anna@example.org", ""), ("", ""), ("393471234567", "")],
)
def test_the_beginning_of_a_number_tells_its_carrier(address, beginning):
    assert addresses.prefix(address) == beginning
