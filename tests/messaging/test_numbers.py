"""Numbers as people list them: what libphonenumber says, over numbers of all regions."""

from random import Random

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from messaging import numbers
from messaging.addresses import E164
from messaging.numbers import Number, Quality

GOOD, NOT_MOBILE, INVALID, MISSING = Quality
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS = ("MOBILE", "FIXED_LINE", "TOLL_FREE", "PREMIUM_RATE", "VOIP", "UAN", "PERSONAL_NUMBER")
TAKES_SMS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def asked(text, country):
    """Return what libphonenumber says: address, country and quality, or None for no number."""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not phonenumbers.is_valid_number(number) or not E164.match(e164):
        return None
    region = phonenumbers.region_code_for_number(number) or ""
    kind = phonenumbers.number_type(number)
    quality = GOOD if kind in TAKES_SMS else NOT_MOBILE
    return Number(e164, "" if region == "001" else region, quality)


def some_of(region, *, random):
    """Yield numbers of a region of each kind, some with wrong ends or of a wrong length."""
    for kind in KINDS:
        example = phonenumbers.example_number_for_type(region, getattr(PhoneNumberType, kind))
        if example is None:
            continue
        digits = phonenumbers.national_significant_number(example)
        for _ in range(2):
            kept = random.randrange(len(digits))
            end = "".join(random.choice("0123456789") for _ in digits[kept:])
            longer = random.choice(("", "", "", "7"))
            yield digits[:kept] + end + longer


@pytest.mark.parametrize("region", REGIONS)
def test_a_number_is_read_as_libphonenumber_reads_it(region):
    code = phonenumbers.country_code_for_region(region)
    home = PhoneMetadata.metadata_for_region(region).national_prefix or ""
    for digits in some_of(region, random=Random(region)):
        for text, country in (
            (f"+{code}{digits}", ""),
            (digits, region),
            (home + digits, region),
            (f"{code}{digits}", region),
        ):
            read = numbers.read(text, country=country)
            said = asked(text, country)
            if said is None:
                assert read.quality is INVALID, text
            else:
                assert read == said


@pytest.mark.parametrize(
    ("text", "country", "read"),
    [
        ("", "IT", Number("", "", MISSING)),
        (" - ", "IT", Number("", "", MISSING)),
        ("+39 347 123-4567", "", Number("+393471234567", "IT", GOOD)),
        ("0039 347 1234567", "", Number("+393471234567", "IT", GOOD)),
        ("347 1234567", "IT", Number("+393471234567", "IT", GOOD)),
        ("393471234567", "IT", Number("+393471234567", "IT", GOOD)),
        ("3934567890", "IT", Number("+393934567890", "IT", GOOD)),
        ("3471234567", "", Number("3471234567", "", INVALID)),
        ("07400 123456", "GB", Number("+447400123456", "GB", GOOD)),
        ("+44 (0)7400 123456", "", Number("+447400123456", "GB", GOOD)),
        ("+4407400123456", "", Number("+447400123456", "GB", GOOD)),
        ("+442079460000", "", Number("+442079460000", "GB", NOT_MOBILE)),
        ("+12015550123", "", Number("+12015550123", "US", GOOD)),
        ("+80012345678", "", Number("+80012345678", "", NOT_MOBILE)),
        ("+9991234567", "", Number("+9991234567", "", INVALID)),
        ("no number", "IT", Number("no number", "", INVALID)),
        ("3471234567", "ZZ", Number("3471234567", "", INVALID)),
        ("9601", "IR", Number("9601", "", INVALID)),
        ("\u0663\u0664\u0667 123 4567", "IT", Number("+393471234567", "IT", GOOD)),
    ],
)
def test_spellings_are_understood(text, country, read):
    assert numbers.read(text, country=country) == read
