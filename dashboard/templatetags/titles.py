"""Titles of windows end up in histories and on projectors: they never hold an address."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from messaging import addresses

register = template.Library()


@register.filter
def title_safe(text: str) -> str:
    """Write a text without anything that looks like an address, whoever reads it."""
    return addresses.redact_all(text)


@register.filter
def breakable(path: str) -> SafeString:
    """Write a folder's path so that it breaks after its slashes."""
    return format_html_join(SafeString("/<wbr>"), "{}", ((part,) for part in path.split("/")))
