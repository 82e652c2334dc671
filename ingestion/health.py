"""How the callbacks of accounts fare: sums of what was counted, and what lies aside."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDay, TruncHour

from ingestion import figures
from ingestion.models import HeldCallback, ReceiptCounter

PERCENTILES = (50, 95, 99)
# What lies aside is counted up to so many of each state, the latest first.
MOST_HELD = 10_000


@dataclass(slots=True)
class Sums:
    """What was counted of one account's callbacks in one span of time."""

    plain: Counter[str] = field(default_factory=Counter)
    proofs: Counter[str] = field(default_factory=Counter)
    lags: Counter[str] = field(default_factory=Counter)

    @property
    def verified(self) -> int:
        """Return how many proved to come from the provider."""
        return self.plain[figures.RECEIVED] - self.proofs["none"]

    def put(self, figure: str, key: str, value: int) -> None:
        """Put a sum in its place."""
        place = {figures.PROOF: self.proofs, figures.LAG: self.lags}.get(figure)
        if place is None:
            self.plain[figure] += value
        else:
            place[key] += value


class Held(NamedTuple):
    """How many callbacks of an account lie aside now."""

    parked: int = 0
    dead: int = 0


def sums(
    *, account_ids: Iterable[int], since: datetime | None, recent: datetime
) -> dict[int, tuple[Sums, Sums]]:
    """Return what was counted since an hour (None: ever), and recently, with one query."""
    found: dict[int, tuple[Sums, Sums]] = defaultdict(lambda: (Sums(), Sums()))
    rows = ReceiptCounter.objects.filter(account_id__in=list(account_ids))
    if since is not None:
        rows = rows.filter(bucket__gte=min(since, recent))
    asked = Q(bucket__gte=since) if since is not None else Q()
    summed = rows.order_by("account_id").values_list("account_id", "figure", "key")
    for account_id, figure, key, whole, late in summed.annotate(
        whole=Sum("value", filter=asked, default=0),
        late=Sum("value", filter=Q(bucket__gte=recent), default=0),
    ):
        found[account_id][0].put(figure, key, whole)
        found[account_id][1].put(figure, key, late)
    return found


def percentile(lags: Mapping[str, int], *, percent: int) -> int | None:
    """Return the bound in seconds under which `percent` of the reports came.

    0 where they took longer than the last bound; None where none told its time.
    """
    total = sum(lags.values())
    if not total:
        return None
    reached = 0
    for bound in figures.BOUNDS:
        reached += lags.get(str(bound), 0)
        if 100 * reached >= percent * total:
            return bound
    return 0


def held(*, account_ids: Iterable[int]) -> dict[int, Held]:
    """Return what lies aside now by account, with one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT account_id, count(*) FILTER (WHERE state = 'parked'),
                   count(*) FILTER (WHERE state = 'dead')
              FROM (
                   (SELECT account_id, state FROM ingestion_heldcallback
                     WHERE state = 'parked' ORDER BY id DESC LIMIT %s)
                   UNION ALL
                   (SELECT account_id, state FROM ingestion_heldcallback
                     WHERE state = 'dead' ORDER BY id DESC LIMIT %s)) AS latest
             WHERE account_id = ANY(%s) GROUP BY 1
            """,
            [MOST_HELD, MOST_HELD, list(account_ids)],
        )
        return {row[0]: Held(*row[1:]) for row in cursor.fetchall()}


def over_time(
    *, account_id: int, since: datetime | None, by_day: bool
) -> dict[datetime, Counter[str]]:
    """Return what was counted of an account by hour or by day (UTC), where there was anything."""
    rows = ReceiptCounter.objects.filter(account_id=account_id, key="")
    if since is not None:
        rows = rows.filter(bucket__gte=since)
    step = TruncDay("bucket") if by_day else TruncHour("bucket")
    found: dict[datetime, Counter[str]] = defaultdict(Counter)
    counted = rows.annotate(step=step).order_by("step").values_list("step", "figure")
    for at, figure, value in counted.annotate(value=Sum("value")):
        found[at][figure] += value
    return found


def causes(*, account_id: int) -> list[tuple[str, int]]:
    """Return why an account's callbacks are dead, each cause with how many, the commonest first."""
    dead = HeldCallback.objects.filter(state=HeldCallback.State.DEAD, account_id=account_id)
    counted = dead.order_by().values_list("error").annotate(number=Count("pk"))
    return list(counted.order_by("-number", "error"))


def first_hour(*, account_id: int) -> datetime | None:
    """Return the first hour in which anything was counted of an account; None where nothing was."""
    counted = ReceiptCounter.objects.filter(account_id=account_id).order_by("bucket")
    return counted.values_list("bucket", flat=True).first()
