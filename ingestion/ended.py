"""How messages ended, counted by place and moment: what outages are found in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from deliveries.record import Standing
from messaging.failures import FailureType, Reason
from messaging.statuses import PROCESSED, MessageStatus
from quarantine import places, tallies
from quarantine.outages import Ends, moment
from quarantine.places import Place

COUNTING = (FailureType.HARD, FailureType.SOFT)
# Not known, or what the holder of the address wants.
NOBODYS = (Reason.UNDEFINED, Reason.DENYLISTED)

Key = tuple[Place, datetime]


def count(changes: Iterable[tuple[Standing, Standing]], *, accounts: Mapping[int, int]) -> None:
    """Count messages that stand otherwise than before, in the transaction of the change.

    accounts: by the ids of messages.
    """
    sums: dict[Key, Ends] = defaultdict(Ends)
    for before, now in changes:
        account_id = accounts[now.id]
        for key, ends in _of(before, account_id):
            sums[key] = sums[key].minus(ends)
        for key, ends in _of(now, account_id):
            sums[key] = sums[key].plus(ends)
    tallies.add(sums)


def _of(message: Standing, account_id: int) -> Iterator[tuple[Key, Ends]]:
    """Yield what a message adds, if it has ended."""
    if message.status not in PROCESSED:
        return
    failed = message.status == MessageStatus.FAILED
    at = (message.failed_at if failed else message.delivered_at) or message.changed_at
    where = places.of(
        account_id, address=message.address, country=message.country, network=message.network
    )
    yield (where, moment(at)), Ends(1, int(failed and _counts(message)))


def _counts(message: Standing) -> bool:
    """Tell whether its error may count against its address."""
    return message.failure_type in COUNTING and message.reason not in NOBODYS
