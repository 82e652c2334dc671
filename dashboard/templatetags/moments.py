"""Points in time: short for the eye, exact for machines and for the tooltip."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

register = template.Library()

NOTHING = "\N{EN DASH}"


@register.simple_tag
def moment(value: datetime | None, *, seconds: bool = False) -> SafeString:
    """Write a time of the site's zone, to the minute or to the second."""
    if value is None:
        return format_html('<span class="muted">{}</span>', NOTHING)
    local = timezone.localtime(value)
    # As Django's filter "date" is told; "b" writes the month without a capital.
    short, exact = pgettext("date", "j M Y, H:i"), pgettext("date", "j M Y, H:i:s")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="milliseconds"),
        f"{date_format(local, exact)} {local:%Z}",
        date_format(local, exact if seconds else short),
    )


@register.simple_tag
def zone() -> str:
    """Name the zone in which all times are shown."""
    return timezone.get_current_timezone_name()
