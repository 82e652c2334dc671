"""Deliveries with outcomes, made of counters alone: an analysis reads nothing else."""

from collections import Counter
from typing import Any

from deliveries import counters
from deliveries.counters import Counted, Figure
from deliveries.models import Delivery
from messaging.failures import FailureType, Reason
from messaging.statuses import DeliveryStatus, Evidence, MessageStatus
from tests import records
from tests.records import NOON

PLAIN = Counted(
    delivery_id=0,
    status=MessageStatus.DELIVERED,
    failure_type=FailureType.UNDEFINED,
    reason=Reason.UNDEFINED,
    qualification_id=None,
    segments=1,
    price=None,
    currency="",
    country="IT",
    network="22201",
    accepted_at=NOON,
    sent_at=None,
    delivered_at=None,
    failed_at=None,
    evidence=Evidence.CARRIER,
    latency=4,
    prefix="+39333",
)


def delivery(**fields: Any) -> Delivery:
    """Make a finished delivery that began at noon."""
    made = {"status": DeliveryStatus.FINISHED, "contact_date": NOON} | fields
    return records.delivery(**made)


def count(of: Delivery, *, delivered: int = 0, failed: int = 0, **fields: Any) -> None:
    """Count messages that ended, alike in everything that is given."""
    failure = {"status": MessageStatus.FAILED, "reason": Reason.UNREACHABLE, "latency": None}
    deltas: Counter[Figure] = Counter()
    for number, ends in ((delivered, {}), (failed, failure)):
        standing = PLAIN._replace(**{"delivery_id": of.pk} | ends | fields)
        for figure, value in counters.of_message(standing):
            deltas[figure] += value * number
    counters.add(deltas)
