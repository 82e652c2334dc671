"""Lengths of time as people say them."""

from datetime import timedelta

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@register.filter
def bound(seconds: int) -> str:
    """Write a bound of whole seconds in the one unit it is a multiple of."""
    for unit, text in (
        (DAY, _("%(number)s d")),
        (HOUR, _("%(number)s h")),
        (MINUTE, _("%(number)s min")),
    ):
        if seconds >= unit and seconds % (unit / 2) == 0:
            number = seconds / unit
            return text % {"number": number_format(number, 0 if number.is_integer() else 1)}
    return _("%(number)s s") % {"number": seconds}


@register.filter
def span(length: timedelta) -> str:
    """Write a length of time with its two largest units; tenths below ten seconds."""
    seconds = abs(length.total_seconds())
    if seconds < 10:  # noqa: PLR2004 (two digits say enough)
        return _("%(number)s s") % {"number": number_format(seconds, 1, use_l10n=True)}
    whole = round(seconds)
    if whole < MINUTE:
        return _("%(number)s s") % {"number": whole}
    if whole < HOUR:
        return _("%(minutes)d min %(seconds)d s") % {
            "minutes": whole // MINUTE,
            "seconds": whole % MINUTE,
        }
    if whole < DAY:
        return _("%(hours)d h %(minutes)d min") % {
            "hours": whole // HOUR,
            "minutes": whole % HOUR // MINUTE,
        }
    return _("%(days)d d %(hours)d h") % {"days": whole // DAY, "hours": whole % DAY // HOUR}


@register.filter
def span_short(length: timedelta) -> str:
    """Write a round length of time in its largest unit: 30 s, 5 min, 3 h, 3 d."""
    seconds = round(length.total_seconds())
    if seconds < MINUTE:
        return _("%(number)s s") % {"number": seconds}
    if seconds < HOUR:
        return _("%(number)s min") % {"number": seconds // MINUTE}
    if seconds < DAY:
        return _("%(number)s h") % {"number": seconds // HOUR}
    return _("%(number)s d") % {"number": seconds // DAY}
