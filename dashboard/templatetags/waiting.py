"""What waits for somebody, as the top bar counts it."""

from django import template

from dashboard import qualifications

register = template.Library()


@register.simple_tag
def errors_waiting() -> int:
    """Return how many errors are to be qualified; above 99 it is 100."""
    return qualifications.waiting()
