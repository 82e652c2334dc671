"""Numbers as people list them: their E.164, and whether a phone that takes SMS can have them.

Says what libphonenumber says, at a fraction of its time: what a pattern of its own decides is
decided by that pattern, and it is asked itself about the rest.
"""

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple, cast

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberDesc, PhoneNumberType

from messaging import countries
from messaging.addresses import E164, plain


class Quality(IntEnum):
    """What a number is good for."""

    GOOD = 0
    NOT_MOBILE = 1
    INVALID = 2
    MISSING = 3


class Number(NamedTuple):
    """A number in E.164, as far as it could be read, its country (or empty) and its quality."""

    address: str
    country: str
    quality: Quality


_TAKES_SMS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_KINDS_BEFORE = (
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)
_QUALITIES = {
    "mobile": Quality.GOOD,
    "fixed": Quality.NOT_MOBILE,
    "other": Quality.NOT_MOBILE,
}
_MISSING = Number("", "", Quality.MISSING)
_LONGEST = 32


def read(text: str, *, country: str) -> Number:
    """Read a number; one without a country code is one of `country` (ISO 3166, or empty).

    Of one that cannot be read the address is what was given, up to 32 characters.
    """
    if E164.match(text):
        return _international(text)
    digits = plain(text)
    if not digits:
        return _MISSING
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if E164.match(digits):
        return _international(digits)
    if country and digits.isascii() and digits.isdigit():
        return _national(digits, country)
    return Number(text.strip()[:_LONGEST], "", Quality.INVALID)


def _international(e164: str) -> Number:
    code = countries.calling_code(e164)
    start, prefix, country = _abroad(code)
    if not start or (prefix and (found := prefix.match(e164, start)) and found[0]):
        return _asked(e164, None)
    country = country or countries.country_of(e164)
    if not country:
        return _asked(e164, None)
    kind = _patterns(country).match(e164, start)
    quality = _QUALITIES[cast(str, kind.lastgroup)] if kind else Quality.INVALID
    return Number(e164, country, quality)


@lru_cache
def _abroad(code: str) -> tuple[int, re.Pattern[str] | None, str]:
    """Return where numbers of a calling code begin, what they are dialled with at home, and whose.

    0 where the code is no country's, no country where it is several's.
    """
    regions = countries.regions(code)
    if not regions or regions[0] == countries.WORLD:
        return 0, None, ""
    country = regions[0] if len(regions) == 1 else ""
    return 1 + len(code), countries.national_prefix(regions[0]), country


def _national(digits: str, country: str) -> Number:
    """Read a number as it is dialled within a country."""
    plan = _plan(country)
    if plan is None or plan.abroad.match(digits):
        return _asked(digits, country)
    if digits.startswith(plan.code) and not plan.whole.match(digits):
        rest = digits.removeprefix(plan.code)
        # With its calling code, and no plus: so only where it is no number without.
        if plan.shape.match(digits) or plan.without_prefix(rest) != rest:
            return _asked(digits, country)
    else:
        rest = plan.without_prefix(digits)
    if not plan.whole.match(rest):
        return _asked(digits, country)
    e164 = f"+{plan.code}{rest}"
    # Some numbers of some countries are shorter than any that we could write to.
    return _international(e164) if E164.match(e164) else Number(digits, "", Quality.INVALID)


class _Plan(NamedTuple):
    """How numbers are dialled within a country."""

    code: str
    prefix: re.Pattern[str] | None
    abroad: re.Pattern[str]
    shape: re.Pattern[str]
    whole: re.Pattern[str]

    def without_prefix(self, digits: str) -> str:
        """Return digits without what is dialled before them within the country."""
        found = self.prefix.match(digits) if self.prefix else None
        return digits[found.end() :] if found else digits


@lru_cache
def _plan(country: str) -> _Plan | None:
    """Return the plan of a country, None where it is not simple."""
    metadata = PhoneMetadata.metadata_for_region(country)
    if metadata is None or metadata.national_prefix_transform_rule:
        return None
    prefix = metadata.national_prefix_for_parsing
    general = cast(PhoneNumberDesc, metadata.general_desc)
    return _Plan(
        code=str(metadata.country_code),
        prefix=re.compile(prefix) if prefix else None,
        abroad=re.compile(metadata.international_prefix or r"(?!)"),
        shape=re.compile(rf"(?:{general.national_number_pattern})\Z"),
        whole=re.compile(countries.whole(general)),
    )


@lru_cache
def _patterns(country: str) -> re.Pattern[str]:
    """Return one pattern over the kinds of number of a country; its group names the kind."""
    metadata = cast(PhoneMetadata, PhoneMetadata.metadata_for_region(country))
    before = [countries.whole(getattr(metadata, kind)) for kind in _KINDS_BEFORE]
    fixed = countries.whole(metadata.fixed_line)
    mobile = fixed if metadata.same_mobile_and_fixed_line_pattern else None
    mobile = mobile or countries.whole(metadata.mobile)
    kinds = {"other": "|".join(filter(None, before)), "mobile": mobile, "fixed": fixed}
    groups = "|".join(f"(?P<{name}>{pattern})" for name, pattern in kinds.items() if pattern)
    return re.compile(rf"(?={countries.whole(metadata.general_desc)})(?:{groups})")


@lru_cache(maxsize=4096)
def _asked(text: str, country: str | None) -> Number:
    """Ask libphonenumber itself."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return Number(text[:_LONGEST], "", Quality.INVALID)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    region = phonenumbers.region_code_for_number(number) or ""
    kind = phonenumbers.number_type(number)
    quality = Quality.NOT_MOBILE
    if not phonenumbers.is_valid_number(number) or not E164.match(e164):
        quality = Quality.INVALID
    elif kind in _TAKES_SMS:
        quality = Quality.GOOD
    return Number(e164, "" if region == countries.WORLD else region, quality)
