"""Trying a typology on a delivery's target: whom it would leave out, without writing anything."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from deliveries.models import Delivery
from sending import preparing, recipients, ruleset, targeting, typologies
from sending.cases import Case
from sending.targeting import Left

# A trial is waited for, so it looks at so many recipients and says so.
MOST = 100_000


class Tried(NamedTuple):
    """What a typology would do with a target, or with the beginning of a long one."""

    targeted: int
    excluded: int
    left: list[Left]
    ignored_errors: int
    complete: bool

    @property
    def to_send(self) -> int:
        """Return how many would be written to."""
        return self.targeted - self.excluded


def run(
    *, typology_id: int, delivery_id: int, rules: Mapping[str, Any] | None, at: datetime
) -> Tried:
    """Try a typology, or other rules in its place, on the target of a delivery.

    Raises Delivery.DoesNotExist, TypologyVersion.DoesNotExist and BadRuleset.
    """
    delivery = Delivery.objects.get(pk=delivery_id)
    version = typologies.in_force(typology_id=typology_id)
    case = preparing.case_of(delivery, version, at=at)
    if rules is not None:
        case = case._replace(ruleset=ruleset.read(rules))
    return _tried(case, total=recipients.count(delivery_id=delivery_id))


@transaction.atomic
def _tried(case: Case, *, total: int) -> Tried:
    try:
        targeted = targeting.read(case, told=_nobody, most=MOST)
        left = targeting.leave_out(case, told=_nobody)
        excluded = sum(each.lines for each in left if not each.warns)
        ignored = targeting.ignored_errors()
        return Tried(targeted, excluded, left, ignored, complete=targeted == total)
    finally:
        transaction.set_rollback(True)


def _nobody(_done: int) -> None:
    """Tell nobody how far it has come."""
