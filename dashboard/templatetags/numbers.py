"""Counts and shares as people read them."""

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django import template
from django.utils.formats import number_format
from django.utils.translation import ngettext

from messaging.country_names import name_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

register = template.Library()


@register.filter
def count(value: int) -> str:
    """Write a count with its thousands apart."""
    return number_format(value, decimal_pos=0, use_l10n=True, force_grouping=True)


@register.filter
def share(part: int, whole: int) -> str:
    """Write `part` of `whole` in percent; never 100 % unless it is all, nor 0 % unless none."""
    if not whole:
        return "\N{EN DASH}"
    tenths = round(1000 * part / whole)
    if tenths == 1000 and part < whole:  # noqa: PLR2004
        tenths = 999
    if tenths == 0 and part > 0:
        tenths = 1
    places = 0 if tenths in {0, 1000} else 1
    return f"{number_format(Decimal(tenths) / 10, decimal_pos=places, use_l10n=True)} %"


@register.filter
def percent(rate: float) -> str:
    """Write a share from 0 to 1 in percent; a whole one only where it is exact."""
    tenths = round(1000 * rate)
    tenths = min(tenths, 999) if rate < 1 else tenths
    places = 0 if tenths % 10 == 0 else 1
    return f"{number_format(Decimal(tenths) / 10, decimal_pos=places, use_l10n=True)} %"


def whole_percent(rate: float) -> str:
    """Write a share from 0 to 1 in percent without decimals; 100 only where it is all."""
    return f"{min(round(100 * rate), 99 if rate < 1 else 100)} %"


def plain_points(difference: float) -> str:
    """Write a difference of two shares in percentage points, as short as it can be."""
    tenths = abs(round(1000 * difference))
    places = 0 if tenths % 10 == 0 else 1
    return str(number_format(Decimal(tenths) / 10, decimal_pos=places, use_l10n=True))


@register.filter
def points(difference: float) -> str:
    """Write a difference of two shares in percentage points, with its sign."""
    tenths = round(1000 * difference)
    sign = "+" if tenths > 0 else "\N{MINUS SIGN}" if tenths < 0 else ""
    return f"{sign}{number_format(Decimal(abs(tenths)) / 10, decimal_pos=1, use_l10n=True)}"


@register.filter
def money(value: Decimal) -> str:
    """Write an amount with two decimals; with four below one, where single messages cost."""
    places = 4 if 0 < abs(value) < 1 else 2
    # Django would cut off what it does not write, not round it.
    rounded = round(value, places)
    return number_format(rounded, decimal_pos=places, use_l10n=True, force_grouping=True)


@register.filter
def thousandths(part: int, whole: int) -> str:
    """Write `part` of `whole` as the width of a bar of 1,000; what counts can be seen."""
    return str(max(1000 * part // whole, 4) if whole and part else 0)


@register.filter
def network(code: str) -> str:
    """Write a mobile network's code as country and network: 222 01."""
    return f"{code[:3]} {code[3:]}".strip()


@register.filter
def country(code: str) -> "StrOrPromise":
    """Write a country by its name."""
    return name_of(code)


@register.filter
def hours(length: timedelta) -> str:
    """Write a length of time in days, hours and minutes."""
    minutes = int(length.total_seconds()) // 60
    days, minutes = divmod(minutes, 24 * 60)
    whole_hours, minutes = divmod(minutes, 60)
    parts = (
        (days, ngettext("%(number)d day", "%(number)d days", days)),
        (whole_hours, ngettext("%(number)d hour", "%(number)d hours", whole_hours)),
        (minutes, ngettext("%(number)d minute", "%(number)d minutes", minutes)),
    )
    return ", ".join(text % {"number": number} for number, text in parts if number)
