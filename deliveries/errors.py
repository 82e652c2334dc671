"""The analysis of errors: of a delivery, and of all that began in a period.

Every figure is a sum of counters, so it is exact however many messages there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from deliveries import baseline, outcomes, shortfall
from deliveries.baseline import Chosen
from deliveries.models import Delivery
from deliveries.outcomes import CAUSES, PLACES, Outcomes
from deliveries.shortfall import NOTHING, Change, Shortfall, Tally

# One delivery has one account.
OF_DELIVERY = ("reason", "code", "country", "network", "prefix")
ACROSS = (*OF_DELIVERY, "account")
DAYS = (7, 28, 90)
# With the mask of an address, the beginning of a number that few have would give it away: who may
# not see addresses sees these beginnings together, under an empty key.
FEW = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One slice; shares are between 0 and 1.

    rate: how many fail of those with a known end; for a cause, of all messages with a known end.
    share: of all failures.  difference: of the rate to the usual one, None where there is none;
    worse: it is so much higher that chance does not explain it.
    """

    key: str
    tally: Tally
    rate: float
    share: float
    difference: float | None
    worse: bool


@dataclass(frozen=True, slots=True)
class Analysis:
    """Outcomes beside the usual ones, and which deliveries both are made of."""

    now: Outcomes
    usual: Outcomes
    deliveries: Chosen
    compared: Chosen

    def rows(self, by: str, *, sees_addresses: bool) -> list[Row]:
        """Return the slices of one dimension, most failures first."""
        total = Change(self.now.total, self.usual.total)
        slices = outcomes.changes(self.now, self.usual, [by])[by]
        if by == "prefix" and not sees_addresses:
            slices = _folded(slices)
        found = [
            _row(key, change, total, whole=total if by in CAUSES else change)
            for key, change in slices.items()
            if change.now.messages
        ]
        return sorted(found, key=lambda row: (-row.tally.failed, -row.tally.messages, row.key))

    def shortfall(self) -> Shortfall | None:
        """Return what explains a drop, None where there is none."""
        return shortfall.explain(
            total=Change(self.now.total, self.usual.total),
            places=outcomes.changes(self.now, self.usual, PLACES),
            causes=outcomes.changes(self.now, self.usual, CAUSES),
        )


def of_delivery(delivery: Delivery) -> Analysis:
    """Compare a delivery with the last ones of its account; three queries."""
    own = Chosen({delivery.pk: delivery.account_id}, delivery.contact_date, delivery.contact_date)
    return _compared(own, baseline.of_delivery(delivery))


def across(*, days: int, account_id: int | None, at: datetime) -> Analysis:
    """Compare all deliveries that began in the last days with those before; four queries."""
    since = at - timedelta(days=days)
    return _compared(
        baseline.period(since=since, account_id=account_id),
        baseline.of_period(since=since, account_id=account_id),
    )


def _compared(deliveries: Chosen, compared: Chosen) -> Analysis:
    return Analysis(
        now=outcomes.of(accounts=deliveries.accounts),
        usual=outcomes.of(accounts=compared.accounts),
        deliveries=deliveries,
        compared=compared,
    )


def _folded(slices: Mapping[str, Change]) -> dict[str, Change]:
    """Put the slices of few messages together under an empty key."""
    folded: dict[str, Change] = {}
    for key, change in slices.items():
        shown = key if change.now.messages >= FEW else ""
        now, usual = folded.get(shown, Change(NOTHING, NOTHING))
        folded[shown] = Change(now.plus(change.now), usual.plus(change.usual))
    return folded


def _row(key: str, change: Change, total: Change, *, whole: Change) -> Row:
    now, usual = change
    rate = now.failed / whole.now.processed if whole.now.processed else 0.0
    before = usual.failed / whole.usual.processed if whole.usual.processed else None
    return Row(
        key=key,
        tally=now,
        rate=rate,
        share=now.failed / total.now.failed if total.now.failed else 0.0,
        difference=None if before is None else rate - before,
        worse=shortfall.fell(
            Change(_as_total(now, whole.now), _as_total(usual, whole.usual)),
            least=shortfall.LEAST_IN_SLICE,
        ),
    )


def _as_total(part: Tally, whole: Tally) -> Tally:
    """Return the whole as if nothing but this part of it had failed."""
    return Tally(whole.processed - part.failed, part.failed)
