"""Where the reader is."""

from fnmatch import fnmatchcase
from typing import Any

from django import template
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def current(context: dict[str, Any], *names: str) -> SafeString:
    """Mark a link as that of the page shown, by names of addresses such as "delivery*"."""
    request = context.get("request")
    match = request.resolver_match if request is not None else None
    name = (match.url_name or "") if match else ""
    here = any(fnmatchcase(name, pattern) for pattern in names)
    return SafeString('aria-current="page"' if here else "")
