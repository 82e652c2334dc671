"""Callbacks that were set aside, by what became of them."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from ingestion.models import HeldCallback

# Counts are for orientation: beyond this many they read "1,000+".
MOST_COUNTED = 1_000


class Pile(TextChoices):
    """Where a held callback lies: a parked one is an orphan once it has waited too long."""

    PARKED = "parked", _("Parked")
    ORPHAN = "orphan", _("Orphan")
    DEAD = "dead", _("Dead")
    DISCARDED = "discarded", _("Discarded")


class PileCount(NamedTuple):
    """How many lie in a pile; `exact` is false where there are more."""

    pile: Pile
    number: int
    exact: bool


def of(pile: Pile, *, at: datetime) -> QuerySet[HeldCallback]:
    """Return the callbacks of a pile."""
    waiting_since = at - timedelta(hours=settings.PARKED_HOURS)
    held = HeldCallback.objects.select_related("account", "decided_by")
    if pile == Pile.PARKED:
        return held.filter(state=HeldCallback.State.PARKED, received_at__gte=waiting_since)
    if pile == Pile.ORPHAN:
        return held.filter(state=HeldCallback.State.PARKED, received_at__lt=waiting_since)
    return held.filter(state=pile.value)


def counts(*, at: datetime) -> list[PileCount]:
    """Count every pile, each up to MOST_COUNTED."""
    found = []
    for pile in Pile:
        number = of(pile, at=at).order_by()[: MOST_COUNTED + 1].count()
        found.append(PileCount(pile, min(number, MOST_COUNTED), exact=number <= MOST_COUNTED))
    return found
