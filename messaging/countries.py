"""Which country a number belongs to, as libphonenumber says, at a fraction of its time."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import cast

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_REGIONS = {str(code): regions for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()}

# What libphonenumber says for numbers of no country (satellites, +800).
WORLD = "001"

_NORTH_AMERICA = "1"
# A number as every area of North America has it.
_SUBSCRIBER = "2002002345"

# The kinds of number whose patterns make a number one of a region's, likeliest first.
_KINDS = (
    "mobile",
    "fixed_line",
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)


def calling_code(e164: str) -> str:
    """Return the country's calling code of a number in E.164, empty where it has none."""
    if not e164.startswith("+"):
        return ""
    return _code(e164[1:4])


@lru_cache(maxsize=1024)
def _code(begin: str) -> str:
    """Return the calling code that three digits begin with, or are; empty where there is none."""
    return next((begin[:end] for end in (1, 2, 3) if begin[:end] in _REGIONS), "")


def country_of(e164: str) -> str:
    """Return the country of a number in E.164 as ISO 3166 alpha-2, empty where it has none.

    Most calling codes are one country's.  Where several share one, a pattern for each decides,
    made once from libphonenumber's own; a test holds both equal over numbers of all regions.
    """
    code = calling_code(e164)
    if not code:
        return ""
    regions = _REGIONS[code]
    if len(regions) == 1:
        return "" if regions[0] == WORLD else regions[0]
    national = e164[1 + len(code) :]
    prefix = national_prefix(regions[0])
    if prefix and prefix.match(national):
        return _asked(e164)
    match = _patterns(code).match(national)
    return match.lastgroup or "" if match else ""


def regions(code: str) -> Sequence[str]:
    """Return the countries that share a calling code, its main one first; none for no code."""
    return _REGIONS.get(code, ())


@lru_cache(maxsize=4096)
def country_of_prefix(prefix: str) -> str:
    """Return the country of the numbers that begin so, empty where several are as likely.

    A country whose numbers begin as no other's is found by that; the rest of a calling code is its
    main country's, except in North America, where a whole number has to be made up to tell.
    """
    code = calling_code(prefix)
    if not code:
        return ""
    main, *others = _REGIONS[code]
    national = prefix[1 + len(code) :]
    for region in others:
        leading = cast(PhoneMetadata, PhoneMetadata.metadata_for_region(region)).leading_digits
        if leading and re.match(leading, national):
            return region
    if code == _NORTH_AMERICA:
        return country_of(prefix + _SUBSCRIBER[len(national) :])
    return "" if main == WORLD else main


@lru_cache
def national_prefix(main_region: str) -> re.Pattern[str] | None:
    """Return what is dialled before a number within its country, as numbers may be written."""
    metadata = cast(PhoneMetadata, PhoneMetadata.metadata_for_region(main_region))
    prefix = metadata.national_prefix_for_parsing
    return re.compile(prefix) if prefix else None


@lru_cache
def _patterns(code: str) -> re.Pattern[str]:
    """Return one pattern whose group names the region, tried in libphonenumber's order."""
    return re.compile("|".join(f"(?P<{name}>{_pattern(name)})" for name in _REGIONS[code]))


def _pattern(region: str) -> str:
    # Every region of a calling code has its metadata.
    metadata = cast(PhoneMetadata, PhoneMetadata.metadata_for_region(region))
    if metadata.leading_digits is not None:
        return str(metadata.leading_digits)
    kinds = "|".join(filter(None, (whole(getattr(metadata, kind)) for kind in _KINDS)))
    return rf"(?={whole(metadata.general_desc)})(?:{kinds})"


def whole(description: phonenumbers.PhoneNumberDesc | None) -> str:
    """Return the pattern of a whole number of one kind, of the lengths it may have; or none."""
    if description is None or not description.national_number_pattern:
        return ""
    lengths = "|".join(rf"\d{{{length}}}\Z" for length in description.possible_length if length > 0)
    return rf"(?={lengths})(?:{description.national_number_pattern})\Z"


def _asked(e164: str) -> str:
    """Ask libphonenumber itself, for a number that may hold a national prefix."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return ""
    return region or ""
