"""The appearance a person chose, known before the page is drawn, so that nothing flashes."""

from typing import Any

from django import template

register = template.Library()

COOKIE = "smsmonitor_theme"
THEMES = ("system", "light", "dark")


@register.simple_tag(takes_context=True)
def theme(context: dict[str, Any]) -> str:
    """Return "light" or "dark" where chosen, else "system"; pages without a request follow it."""
    request = context.get("request")
    chosen = request.COOKIES.get(COOKIE, "") if request is not None else ""
    return chosen if chosen in THEMES else "system"
