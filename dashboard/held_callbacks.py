"""Callbacks that were set aside, by what became of them."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from ingestion.models import HeldCallback

# Counts are for orientation: beyond this many they read "1,000+".
MOST_COUNTED = 1_000
# A pile may be larger: then the button is pressed again.
MOST_AT_ONCE = 10_000
MOST_CAUSES = 12


class Pile(TextChoices):
    """Where a held callback lies: a parked one is an orphan once it has waited too long."""

    PARKED = "parked", _("Parked")
    ORPHAN = "orphan", _("Orphan")
    DEAD = "dead", _("Dead")
    DISCARDED = "discarded", _("Discarded")


class Chosen(NamedTuple):
    """Some callbacks of a pile; newest: the highest key, where later ones are left alone."""

    pile: Pile
    account_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    cause: str = ""
    newest: int | None = None

    @property
    def is_narrowed(self) -> bool:
        """Tell whether it is less than the pile."""
        return any((self.account_id, self.since, self.until, self.cause))


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


def select(chosen: Chosen, *, at: datetime) -> QuerySet[HeldCallback]:
    """Return the callbacks that were chosen."""
    found = of(chosen.pile, at=at)
    if chosen.account_id is not None:
        found = found.filter(account_id=chosen.account_id)
    if chosen.since is not None:
        found = found.filter(received_at__gte=chosen.since)
    if chosen.until is not None:
        found = found.filter(received_at__lt=chosen.until)
    if chosen.cause:
        found = found.filter(error=chosen.cause)
    if chosen.newest is not None:
        found = found.filter(pk__lte=chosen.newest)
    return found


def count(chosen: Chosen, *, at: datetime) -> tuple[int, bool]:
    """Count what was chosen up to MOST_AT_ONCE; tell whether that is all."""
    number = select(chosen, at=at).order_by()[: MOST_AT_ONCE + 1].count()
    return min(number, MOST_AT_ONCE), number <= MOST_AT_ONCE


def causes(chosen: Chosen, *, at: datetime) -> list[tuple[str, int]]:
    """Return the causes among what was chosen, its own aside: how many of the latest each has."""
    latest = select(chosen._replace(cause=""), at=at).order_by("-id").values("pk")[:MOST_AT_ONCE]
    found = HeldCallback.objects.filter(pk__in=latest).order_by().values_list("error")
    counted = found.annotate(number=Count("pk")).order_by("-number", "error")
    return list(counted[:MOST_CAUSES])


def counts(*, at: datetime) -> list[PileCount]:
    """Count every pile, each up to MOST_COUNTED."""
    found = []
    for pile in Pile:
        number = of(pile, at=at).order_by()[: MOST_COUNTED + 1].count()
        found.append(PileCount(pile, min(number, MOST_COUNTED), exact=number <= MOST_COUNTED))
    return found
