"""The lines of a journal, filtered: newest first."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from deliveries.models import AuditEvent, Delivery


class Wanted(NamedTuple):
    """What a journal can be filtered by; empty or None for all.

    actor: who, as the journal names them; search: what text, code or actor contain or are;
    since, until: aware, the first within and the first beyond.
    """

    level: str = ""
    actor: str = ""
    search: str = ""
    since: datetime | None = None
    until: datetime | None = None


def listed(*, delivery: Delivery | None, wanted: Wanted) -> "QuerySet[AuditEvent]":
    """Return the lines of the journal of a delivery, or of the system's, that are wanted."""
    lines = AuditEvent.objects.filter(delivery=delivery)
    if wanted.level:
        lines = lines.filter(level=wanted.level)
    if wanted.actor:
        lines = lines.filter(actor__iexact=wanted.actor)
    if wanted.search:
        search = wanted.search
        lines = lines.filter(
            Q(text__icontains=search) | Q(code__iexact=search) | Q(actor__iexact=search)
        )
    if wanted.since:
        lines = lines.filter(at__gte=wanted.since)
    if wanted.until:
        lines = lines.filter(at__lt=wanted.until)
    return lines
