"""An account's callbacks over time, as the chart draws them and as its table writes them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from dashboard.callback_health import Period
from ingestion import figures, health

DRAWN = (figures.RECEIVED, figures.APPLIED, figures.REFUSED, figures.DEAD)
WRITTEN = (
    figures.RECEIVED,
    figures.REFUSED,
    figures.APPLIED,
    figures.DUPLICATE,
    figures.REGRESSION,
    figures.PARKED,
    figures.DEAD,
)
# More points than these say no more, and days are drawn instead of hours.
MOST_HOURS = timedelta(days=14)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One hour, or one day."""

    at: datetime
    counts: Counter[str]

    @property
    def numbers(self) -> list[int]:
        """Return the cells of the table."""
        return [self.counts[name] for name in WRITTEN]


@dataclass(frozen=True, slots=True)
class Hours:
    """All steps of a span, those without anything among them."""

    steps: list[Step]
    by_day: bool

    @property
    def points(self) -> dict[str, list[int]]:
        """Return the columns that the chart draws, times in seconds since 1970."""
        columns = {name: [step.counts[name] for step in self.steps] for name in DRAWN}
        return {"at": [int(step.at.timestamp()) for step in self.steps], **columns}

    @property
    def rows(self) -> list[Step]:
        """Return the steps in which something happened, the latest first."""
        return [step for step in reversed(self.steps) if any(step.counts.values())]


def of(*, account_id: int, period: Period, at: datetime) -> Hours:
    """Return what happened in a period; the last hour is shown within its day."""
    shown = Period.DAY if period is Period.HOUR else period
    since = shown.since(at=at)
    by_day = since is None and _is_old(account_id, at)
    found = health.over_time(account_id=account_id, since=since, by_day=by_day)
    if not found:
        return Hours([], by_day)
    first = since or min(found)
    steps = _days(first, until=at) if by_day else _hours(first, until=at)
    return Hours([Step(step, found.get(step, Counter())) for step in steps], by_day)


def _is_old(account_id: int, at: datetime) -> bool:
    first = health.first_hour(account_id=account_id)
    return first is not None and at - first > MOST_HOURS


def _hours(first: datetime, *, until: datetime) -> list[datetime]:
    return [first + timedelta(hours=number) for number in range((until - first) // HOUR + 1)]


def _days(first: datetime, *, until: datetime) -> list[datetime]:
    """Return the beginning of each day in the site's zone; not all of them have 24 hours."""
    day = timezone.localtime(first).date()
    number = (timezone.localtime(until).date() - day).days + 1
    days = (datetime.combine(day + timedelta(days=past), time()) for past in range(number))
    return [timezone.make_aware(midnight) for midnight in days]
