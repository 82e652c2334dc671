"""How the callbacks of each account fare: what came, how late, what is stuck, what is wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard import account_cards, callback_verdicts
from dashboard.account_cards import Trust
from dashboard.callback_verdicts import Evidence, Level, Verdict
from deliveries import awaiting
from deliveries.awaiting import Awaited
from ingestion import figures, health, sightings
from ingestion.health import Held, Sums
from ingestion.models import QueueItem
from ingestion.sightings import Seen
from providers.models import ProviderAccount
from storage.ids import time_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

RECENT = timedelta(hours=24)
MOST_COUNTED = 1_000
# Workers take what has come within seconds: whatever waits for longer, waits for a worker.
STUCK = timedelta(minutes=1)
VERIFIED, UNVERIFIED = "verified", "unverified"
# What an account's callbacks are counted by, in the order of the pages.
LABELS: "dict[str, StrOrPromise]" = {
    figures.RECEIVED: pgettext_lazy("callbacks", "Received"),
    VERIFIED: pgettext_lazy("callbacks", "Verified"),
    UNVERIFIED: pgettext_lazy("callbacks", "Not verified"),
    figures.REFUSED: pgettext_lazy("callbacks", "Refused"),
    figures.APPLIED: _("Applied"),
    figures.DUPLICATE: _("Duplicates"),
    figures.REGRESSION: _("Regressions"),
    figures.UNMOVED: _("Unknown words"),
    figures.INBOUND: _("Replies"),
    figures.PARKED: _("Parked"),
    figures.DEAD: _("Dead"),
    figures.TEST: _("Tests of our own"),
}
BAD = (figures.REFUSED, figures.DEAD, UNVERIFIED)


class Period(TextChoices):
    """How far back figures reach: whole hours."""

    HOUR = "hour", _("Last hour")
    DAY = "day", _("24 hours")
    WEEK = "week", _("7 days")
    ALL = "all", pgettext_lazy("period", "All")

    def since(self, *, at: datetime) -> datetime | None:
        """Return the hour with which the period begins; None for all there is."""
        back = {Period.HOUR: 1, Period.DAY: 24, Period.WEEK: 168}.get(self)
        return figures.hour(at) - timedelta(hours=back) if back else None


class Tally(NamedTuple):
    """One figure of one account; bad: that it is not zero is a worry."""

    name: str
    label: "StrOrPromise"
    number: int
    bad: bool


class Lag(NamedTuple):
    """Under how many seconds `percent` of the reports came; 0: longer than the last bound."""

    percent: int
    seconds: int | None

    @property
    def at_most(self) -> timedelta:
        """Return the bound, or the last one that was exceeded."""
        return timedelta(seconds=self.seconds or figures.BOUNDS[-1])


@dataclass(frozen=True, slots=True)
class Health:
    """One account: its figures in a period, and how it stands now."""

    account: ProviderAccount
    trust: Trust
    sums: Sums
    seen: Seen | None
    genuine: Seen | None
    awaited: Awaited
    held: Held
    verdict: Verdict

    @property
    def counts(self) -> dict[str, int]:
        """Return every figure by its name."""
        derived = {VERIFIED: self.sums.verified, UNVERIFIED: self.sums.proofs["none"]}
        return {name: derived.get(name, self.sums.plain[name]) for name in LABELS}

    @property
    def tallies(self) -> list[Tally]:
        """Return every figure as the page of the account shows it."""
        return [
            Tally(name, LABELS[name], number, bool(number) and name in BAD)
            for name, number in self.counts.items()
        ]

    @property
    def lags(self) -> list[Lag]:
        """Return the percentiles of the time between the provider's clock and ours."""
        return [
            Lag(percent, health.percentile(self.sums.lags, percent=percent))
            for percent in health.PERCENTILES
        ]

    @property
    def is_wrong(self) -> bool:
        """Tell whether somebody should look at it."""
        return self.verdict.level <= Level.WARNING


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits to be applied, and since when; `exact` is false where there is more."""

    number: int
    exact: bool
    oldest: datetime | None
    stuck: bool


def of_accounts(
    accounts: Iterable[ProviderAccount], *, period: Period, at: datetime
) -> list[Health]:
    """Return how these accounts fare, in their order, with four queries however many they are."""
    accounts = list(accounts)
    ids = [account.pk for account in accounts]
    counted = health.sums(account_ids=ids, since=period.since(at=at), recent=at - RECENT)
    seen = sightings.of(account_ids=ids)
    awaited = awaiting.by_account(account_ids=ids, at=at)
    held = health.held(account_ids=ids)
    found = []
    for account in accounts:
        sums, recent = counted[account.pk]
        genuine, other = seen.get((account.pk, True)), seen.get((account.pk, False))
        evidence = Evidence(
            trust=account_cards.of(account).trust,
            recent=recent,
            seen=_later(genuine, other),
            genuine=genuine,
            awaited=awaited.get(account.pk, Awaited()),
            held=held.get(account.pk, Held()),
        )
        verdict = callback_verdicts.of(evidence, at=at)
        found.append(
            Health(
                account=account,
                trust=evidence.trust,
                sums=sums,
                seen=evidence.seen,
                genuine=genuine,
                awaited=evidence.awaited,
                held=evidence.held,
                verdict=verdict,
            )
        )
    return found


def _later(one: Seen | None, other: Seen | None) -> Seen | None:
    there = [seen for seen in (one, other) if seen]
    return max(there, key=lambda seen: seen.last_at, default=None)


def worst(found: Sequence[Health], *, most: int) -> list[Health]:
    """Return the accounts that somebody should look at, the worst first, at most so many."""
    wrong = (each for each in found if each.is_wrong)
    return sorted(wrong, key=lambda each: (each.verdict.level, each.account.name))[:most]


def backlog(*, at: datetime) -> Backlog:
    """Return what waits, counted up to MOST_COUNTED."""
    waiting = QueueItem.objects.order_by("entry_id")
    ids = list(waiting.values_list("entry_id", flat=True)[: MOST_COUNTED + 1])
    oldest = time_of(ids[0]) if ids else None
    return Backlog(
        number=min(len(ids), MOST_COUNTED),
        exact=len(ids) <= MOST_COUNTED,
        oldest=oldest,
        stuck=oldest is not None and at - oldest > STUCK,
    )
