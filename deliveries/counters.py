"""What is counted about a delivery, and how exact sums are kept.

Every figure is a sum over rows: a message contributes what `of_message` says, an exclusion what
`of_exclusion` says, and a change of a row inserts the difference.  `recount` makes the same sums
from the rows and must agree.
"""

from collections import Counter as Sums
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from messaging.failures import FailureType, Reason
from messaging.statuses import IN_PROGRESS, PROCESSED, Evidence, MessageStatus
from storage import rows

TARGETED = "targeted"
EXCLUDED = "excluded"  # key: reason
STATE = "state"  # key: status.failure_type.reason
ERROR = "error"  # key: id of the qualification by which messages stand as failed
NETWORK = "network"  # key: country.network.status
AWAITING = "awaiting"  # messages in progress, by the minute in which the provider accepted them
SEGMENTS = "segments"  # key: country.network
SPEND = "spend"  # key: country.network.currency; value in millionths
EVIDENCE = "evidence"  # key: who says so; of delivered messages
LATENCY = "latency"  # key: a place among deliveries.latency.BOUNDS; of delivered messages
PREFIX = "prefix"  # key: beginning of the number.status; of delivered and failed messages
# Of clicks, as tracking.tallies says; key: id of a tracked URL, or empty for all, by the minute.
CLICKS = "clicks"
HUMAN_CLICKS = "human_clicks"
CLICKERS = "clickers"  # messages that a person clicked in; key: as above, or a label's digest
CLICK_VERDICTS = "click_verdicts"  # key: who clicked
CLICK_REASONS = "click_reasons"  # key: what speaks against a person
OPT_OUTS = "opt_outs"  # messages that an opt-out answers; ingestion.optouts says which
# Over time, by the minute in which messages first got there.
REACHED = {
    "accepted": "accepted_at",
    "sent": "sent_at",
    "delivered": "delivered_at",
    "failed": "failed_at",
}
MILLIONTHS = 1_000_000


class Figure(NamedTuple):
    """What one delta changes: a figure of a delivery, cut by a key, in a minute or in none."""

    delivery_id: int
    figure: str
    key: str
    bucket: datetime | None


class Counted(NamedTuple):
    """What is counted of a message: messages that are alike in this are counted together.

    Times are in whole minutes.  What is counted only of ended messages is the same for all others,
    so that they stay alike: evidence 0, latency None, prefix empty.
    """

    delivery_id: int
    status: int
    failure_type: int
    reason: int
    qualification_id: int | None
    segments: int
    price: Decimal | None
    currency: str
    country: str
    network: str
    accepted_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    evidence: int
    latency: int | None
    prefix: str


def unheard(
    delivery_id: int,
    *,
    status: MessageStatus,
    country: str,
    segments: int,
    accepted_at: datetime | None = None,
) -> Counted:
    """Return what is counted of a message of which nothing was reported yet."""
    return Counted(
        delivery_id=delivery_id,
        status=status,
        failure_type=FailureType.UNDEFINED,
        reason=Reason.UNDEFINED,
        qualification_id=None,
        segments=segments,
        price=None,
        currency="",
        country=country,
        network="",
        accepted_at=accepted_at,
        sent_at=None,
        delivered_at=None,
        failed_at=None,
        evidence=Evidence.NONE,
        latency=None,
        prefix="",
    )


def of_message(message: Counted) -> Iterable[tuple[Figure, int]]:
    """Yield what one message adds to which figures."""
    delivery, status = message.delivery_id, int(message.status)
    place = f"{message.country}.{message.network}"
    yield Figure(delivery, TARGETED, "", None), 1
    state = f"{status}.{int(message.failure_type)}.{int(message.reason)}"
    yield Figure(delivery, STATE, state, None), 1
    if message.qualification_id is not None:
        yield Figure(delivery, ERROR, str(message.qualification_id), None), 1
    yield Figure(delivery, NETWORK, f"{place}.{status}", None), 1
    if message.accepted_at and status in IN_PROGRESS:
        yield Figure(delivery, AWAITING, "", message.accepted_at), 1
    if message.segments:
        yield Figure(delivery, SEGMENTS, place, None), message.segments
    if message.price is not None:
        yield (
            Figure(delivery, SPEND, f"{place}.{message.currency}", None),
            int(message.price * MILLIONTHS),
        )
    if status in PROCESSED:
        yield from _of_ended(message)
    for figure, column in REACHED.items():
        at: datetime | None = getattr(message, column)
        if at is not None:
            yield Figure(delivery, figure, "", at), 1


def _of_ended(message: Counted) -> Iterable[tuple[Figure, int]]:
    delivery = message.delivery_id
    if message.prefix:
        yield Figure(delivery, PREFIX, f"{message.prefix}.{int(message.status)}", None), 1
    if message.status == MessageStatus.DELIVERED:
        yield Figure(delivery, EVIDENCE, str(int(message.evidence)), None), 1
        if message.latency is not None:
            yield Figure(delivery, LATENCY, str(message.latency), None), 1


def add(deltas: Mapping[Figure, int]) -> None:
    """Insert deltas in the transaction of the change that causes them."""
    rows.insert(
        "deliveries_counter",
        ("delivery_id", "figure", "key", "bucket", "value"),
        [(*figure, value) for figure, value in deltas.items() if value],
    )


def squash() -> int:
    """Replace the deltas of each figure by their sum; return how many rows that saved.

    One statement, so every reader sees either all deltas or their sum.  Two at once would be
    harmless but double the work: the second steps aside.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH alone AS MATERIALIZED (
                SELECT pg_try_advisory_xact_lock(hashtext('squash counters')) AS had
            ), grown AS (
                SELECT DISTINCT delivery_id, figure, key, bucket
                  FROM deliveries_counter, alone WHERE had AND fresh
            ), gone AS (
                DELETE FROM deliveries_counter counter
                 USING grown
                 WHERE counter.delivery_id = grown.delivery_id
                   AND counter.figure = grown.figure
                   AND counter.key = grown.key
                   AND counter.bucket IS NOT DISTINCT FROM grown.bucket
                RETURNING counter.*
            ), kept AS (
                INSERT INTO deliveries_counter (delivery_id, figure, key, bucket, value, fresh)
                SELECT delivery_id, figure, key, bucket, sum(value), false
                  FROM gone GROUP BY 1, 2, 3, 4 HAVING sum(value) <> 0
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM kept)
            """
        )
        saved: int = cursor.fetchone()[0]
    return saved


def differences(changes: Mapping[tuple[Counted, Counted], int]) -> Sums[Figure]:
    """Return the deltas that messages make by going from one standing to another.

    changes: how many messages went from the first to the second.
    """
    # Most have begun alike: what a standing adds is worked out once for all that share it.
    standings: Sums[Counted] = Sums()
    for (before, after), count in changes.items():
        standings[before] -= count
        standings[after] += count
    deltas: Sums[Figure] = Sums()
    for standing, count in standings.items():
        if count:
            for figure, value in of_message(standing):
                deltas[figure] += value * count
    return deltas
