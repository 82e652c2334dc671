"""Writing down what became of hand-overs: one transaction for a batch, set-based."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from deliveries import answers
from deliveries.answers import Answer
from deliveries.models import Delivery
from messaging.reports import StatusReport
from messaging.statuses import MessageStatus
from providers import registry
from providers.models import ProviderAccount
from providers.submissions import Accepted, Blocked, Later, Outcome, Refused, Unclear
from sending import claims
from sending.handover import Result
from sending.models import Outgoing
from storage import rows

State = Outgoing.State
TAKEN = "taken"
# The wait before another try: it doubles, and no two messages wait alike.
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=10)
# How far behind its last hand-over a delivery's own time of it may be.
REMEMBERED = timedelta(minutes=1)


class _Row(NamedTuple):
    """What becomes of one row of Outgoing."""

    message_id: int
    attempt: int
    state: int
    error: str
    not_before: datetime | None


def write(results: Sequence[Result], *, account: ProviderAccount, at: datetime) -> None:
    """Write what became of a batch.

    Only of attempts that still stand: one that an operator has decided on meanwhile is left so.
    """
    if not results:
        return
    with transaction.atomic():
        standing = _write([_row(result, at=at) for result in results])
        told = [result for result in results if result.claimed.message_id in standing]
        found = (_answer(result, account) for result in told)
        answers.say([answer for answer in found if answer], at=at)
    in_doubt = {
        result.claimed.delivery_id for result in told if isinstance(result.outcome, Unclear)
    }
    if in_doubt:
        claims.tell_doubt(delivery_ids=sorted(in_doubt), at=at)
    _remember({result.claimed.delivery_id for result in told}, at=at)


def _row(result: Result, *, at: datetime) -> _Row:
    outcome, claimed = result.outcome, result.claimed
    state, error, not_before = State.DONE, "", None
    if isinstance(outcome, Later | Blocked):
        state, error = State.WAITING, outcome.text
        asked = outcome.seconds if isinstance(outcome, Later) else None
        not_before = at + wait(attempt=claimed.attempt, asked=asked)
    elif isinstance(outcome, Unclear):
        state, error = State.IN_DOUBT, outcome.text
    elif isinstance(outcome, Refused):
        error = f"{outcome.code} {outcome.text}".strip()
    return _Row(claimed.message_id, claimed.attempt, int(state), error[:500], not_before)


def wait(*, attempt: int, asked: float | None) -> timedelta:
    """Return how long to wait before the next try: longer each time, never less than asked."""
    longest: timedelta = min(FIRST_WAIT * 2 ** min(attempt - 1, 20), LONGEST_WAIT)
    jitter = random.uniform(0.5, 1.0)  # noqa: S311  # no secret
    return max(longest * jitter, timedelta(seconds=asked or 0.0))


def _write(changes: Sequence[_Row]) -> set[int]:
    """Write rows whose attempt still waits for an answer, in the order of their keys."""
    ids = [row.message_id for row in changes]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT message_id FROM sending_outgoing
             WHERE message_id = ANY(%s::bigint[]) AND message_id BETWEEN %s AND %s
             ORDER BY message_id FOR UPDATE
            """,
            [rows.array(ids), min(ids), max(ids)],
        )
        cursor.execute(
            """
            UPDATE sending_outgoing outgoing
               SET state = new.state, last_error = new.error, not_before = new.not_before
              FROM unnest(%s::bigint[], %s::smallint[], %s::smallint[], %s::text[],
                          %s::timestamptz[]) AS new(message_id, attempt, state, error, not_before)
             WHERE outgoing.message_id = new.message_id AND outgoing.attempts = new.attempt
               AND outgoing.state IN (1, 2)
               AND outgoing.message_id BETWEEN %s AND %s
            RETURNING outgoing.message_id
            """,
            [*rows.arrays(changes), min(ids), max(ids)],
        )
        return {row[0] for row in cursor.fetchall()}


def _answer(result: Result, account: ProviderAccount) -> Answer | None:
    reports = _reports(result.outcome, account.kind)
    if not reports:
        return None
    was_taken = isinstance(result.outcome, Accepted)
    return Answer(result.claimed.message_id, account.pk, account.kind, reports, was_taken)


def _reports(outcome: Outcome, kind: str) -> tuple[StatusReport, ...]:
    if isinstance(outcome, Accepted):
        return tuple(StatusReport(name, MessageStatus.ACCEPTED, text=TAKEN) for name in outcome.ids)
    if isinstance(outcome, Refused):
        failure = registry.get(kind).failure_of(outcome.code)
        report = StatusReport("", MessageStatus.FAILED, outcome.code, outcome.text, failure=failure)
        return (report,)
    return ()


def _remember(delivery_ids: set[int], *, at: datetime) -> None:
    """Let the validity of receipts count from the last hand-over; to the minute is enough."""
    stale = Delivery.objects.filter(pk__in=delivery_ids, last_registered_at__lt=at - REMEMBERED)
    for delivery_id in sorted(stale.values_list("pk", flat=True)):
        Delivery.objects.filter(pk=delivery_id).update(
            last_registered_at=Greatest("last_registered_at", Value(at))
        )
