"""What the logs can be filtered by: only what occurs, each with its exact count."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from deliveries import figures as figures_of_deliveries
from deliveries.figures import Figures
from deliveries.logs import LogFilter
from deliveries.models import Delivery
from messaging.failures import FailureType, Reason
from messaging.statuses import MessageStatus, status_name


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """The values of each filter."""

    statuses: list[Choice]
    failure_types: list[Choice]
    reasons: list[Choice]


def of(*, delivery: Delivery, figures: Figures, chosen: LogFilter) -> Choices:
    """Return what a delivery's logs can be filtered by, from its counters."""
    types: Counter[FailureType] = Counter()
    reasons: Counter[Reason] = Counter()
    for failure in figures_of_deliveries.failures(delivery_id=delivery.pk):
        types[failure.failure_type] += failure.count
        reasons[failure.reason] += failure.count
    statuses = {status: getattr(figures, status.api_name) for status in MessageStatus}
    names = {
        status.api_name: str(status_name(status, delivery.channel)) for status in MessageStatus
    }
    return Choices(
        statuses=[
            replace(choice, label=names[choice.value])
            for choice in _listed(statuses, chosen.status)
        ],
        failure_types=_listed({kind: types[kind] for kind in FailureType}, chosen.failure_type),
        reasons=_listed({reason: reasons[reason] for reason in Reason}, chosen.reason),
    )


def _listed(
    counts: Mapping[MessageStatus, int] | Mapping[FailureType, int] | Mapping[Reason, int],
    chosen: str,
) -> list[Choice]:
    """List what occurs, and what is chosen even where it occurs no longer."""
    return [
        Choice(value.api_name, str(value.label), count, chosen=value.api_name == chosen)
        for value, count in counts.items()
        if count or value.api_name == chosen
    ]
