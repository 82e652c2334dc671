"""Incidents that wait for a decision, on the pages of those who decide."""

from django import template

from dashboard import incident_lines
from dashboard.incident_lines import Line
from deliveries import incidents

register = template.Library()


@register.simple_tag
def incidents_waiting() -> int:
    """Return how many incidents wait for a decision."""
    return incidents.waiting()


@register.simple_tag
def open_incidents() -> list[Line]:
    """Return the incidents that wait for a decision, the latest first; two queries at most."""
    return incident_lines.of(incidents.standing())
