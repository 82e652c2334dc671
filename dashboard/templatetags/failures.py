"""Failures in words."""

from django import template

from messaging.failures import FailureType, Reason
from messaging.statuses import MessageStatus

register = template.Library()


@register.simple_tag
def standing_in_words(standing: tuple[int, int, int]) -> str:
    """Write how a message stands: its status and, where it failed, why."""
    status, failure_type, reason = standing
    told = str(MessageStatus(status).label)
    if status != MessageStatus.FAILED:
        return told
    return f"{told}: {Reason(reason).label} ({FailureType(failure_type).label})"


@register.filter
def reason_name(reason: int) -> str:
    """Name a reason."""
    return str(Reason(reason).label)


@register.filter
def title_of(titles: dict[int, str], qualification_id: int | None) -> str:
    """Return what a failure means in plain words; empty where nobody knows."""
    return titles.get(qualification_id or 0, "")
