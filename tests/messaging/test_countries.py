"""Countries of numbers: equal to libphonenumber over numbers of all regions."""

import phonenumbers
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from messaging.addresses import E164
from messaging.countries import calling_code, country_of, country_of_prefix


def asked(e164):
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return ""
    return "" if region in (None, "001") else region


def examples():
    """Return a number of each kind of each region."""
    kinds = PhoneNumberType.values()
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    numbers = (phonenumbers.example_number_for_type(region, kind) for region in regions
               for kind in kinds)  # fmt: skip
    return [phonenumbers.format_number(n, PhoneNumberFormat.E164) for n in numbers if n]


EXAMPLES = examples()
CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
SHARED = [c for c in CODES if len(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[c]) > 1]
DIGITS = st.text("0123456789", min_size=4, max_size=12)


def test_examples_of_every_region_and_kind_are_equal():
    assert {number: country_of(number) for number in EXAMPLES} == {
        number: asked(number) for number in EXAMPLES
    }


@given(st.sampled_from(EXAMPLES), st.integers(0, 9), DIGITS)
@settings(max_examples=500, deadline=None)
def test_numbers_like_real_ones_are_equal(example, kept, tail):
    number = (example[: len(example) - kept] + tail)[:16]
    assume(E164.match(number))

    assert country_of(number) == asked(number)


@given(st.sampled_from(CODES) | st.sampled_from(SHARED), DIGITS)
@settings(max_examples=500, deadline=None)
def test_any_number_of_any_calling_code_is_equal(code, rest):
    number = f"+{code}{rest}"[:16]
    assume(E164.match(number))

    assert country_of(number) == asked(number)


@pytest.mark.parametrize("text", ["", "+", "+0", "+999", "+9991234567", "393471234567", "+٣٩٣٤٧"])
def test_what_is_no_number_is_of_no_country(text):
    assert (country_of(text), calling_code(text)) == ("", "")


@pytest.mark.parametrize("number", ["+440", "+440" + "1" * 20])
def test_a_number_that_libphonenumber_cannot_read_is_of_no_country(number):
    assert country_of(number) == ""


def test_calling_codes_have_one_to_three_digits():
    assert [calling_code(n) for n in ("+15005550006", "+393471234567", "+3584570000")] == [
        "1", "39", "358"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("prefix", "country"),
    [
        ("+39347", "IT"),
        ("+44771", "GB"),
        ("+79161", "RU"),
        ("+77012", "KZ"),
        ("+12125", "US"),
        ("+14165", "CA"),
        ("+12425", "BS"),
        ("+1", ""),
        ("+88216", ""),
        ("39347", ""),
        ("+999", ""),
    ],
)
def test_a_beginning_tells_the_country_where_it_can(prefix, country):
    assert country_of_prefix(prefix) == country
