"""How the callbacks of each account fare: what came, what was refused, what is stuck."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Max, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ingestion import figures
from ingestion.models import QueueItem, ReceiptCounter
from providers.models import ProviderAccount
from storage.ids import time_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What an account's callbacks are counted by, in the order of the page's columns.
FIGURES: "dict[str, StrOrPromise]" = {
    figures.RECEIVED: pgettext_lazy("callbacks", "Received"),
    figures.REFUSED: pgettext_lazy("callbacks", "Refused"),
    figures.APPLIED: _("Applied"),
    figures.DUPLICATE: _("Duplicates"),
    figures.PARKED: _("Parked"),
    figures.DEAD: _("Dead"),
    figures.UNMOVED: _("Unknown words"),
    figures.INBOUND: _("Replies"),
}
RECENT = timedelta(hours=24)
MOST_COUNTED = 1_000


class Tally(NamedTuple):
    """One figure of one account."""

    name: str
    label: "StrOrPromise"
    total: int
    recent: int


@dataclass(frozen=True, slots=True)
class Health:
    """One account's figures, in all and of the last day; `last_seen` is the hour, or None."""

    account: ProviderAccount
    figures: list[Tally]
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits to be applied, and since when; `exact` is false where there is more."""

    number: int
    exact: bool
    oldest: datetime | None = None


def of_accounts(*, at: datetime) -> list[Health]:
    """Return the figures of every account by name, with two queries."""
    counted: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    seen: dict[int, datetime] = {}
    rows = ReceiptCounter.objects.values_list("account_id", "figure").annotate(
        total=Sum("value"),
        recent=Sum("value", filter=Q(bucket__gte=at - RECENT), default=0),
        last=Max("bucket"),
    )
    for account_id, figure, total, recent, last in rows.order_by("account_id", "figure"):
        counted[account_id][figure] = (total, recent)
        if figure == figures.RECEIVED:
            seen[account_id] = last
    return [
        Health(
            account=account,
            figures=[
                Tally(name, label, *counted[account.pk].get(name, (0, 0)))
                for name, label in FIGURES.items()
            ],
            last_seen=seen.get(account.pk),
        )
        for account in ProviderAccount.objects.order_by("name")
    ]


def backlog() -> Backlog:
    """Return what waits, counted up to MOST_COUNTED."""
    waiting = QueueItem.objects.order_by("entry_id")
    ids = list(waiting.values_list("entry_id", flat=True)[: MOST_COUNTED + 1])
    return Backlog(
        number=min(len(ids), MOST_COUNTED),
        exact=len(ids) <= MOST_COUNTED,
        oldest=time_of(ids[0]) if ids else None,
    )
