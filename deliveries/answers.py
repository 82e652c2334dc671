"""What providers answer when messages are handed over: said by `sending`, heard by `ingestion`.

Neither of the two knows the other.  What was answered means the same as if it had been called
back later, so whoever applies callbacks applies it, in the transaction of who says it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.dispatch import Signal

from deliveries import counters, record
from messaging.reports import StatusReport
from messaging.statuses import MessageStatus
from storage import rows

# Our own name of a message towards a provider: by it a receipt finds its message that overtakes
# the answer.
PREFIX = "m-"
# The field of a callback URL that carries it.
FIELD = "message"

NEVER_TAKEN = (MessageStatus.PENDING, MessageStatus.CANCELLED)

answered = Signal()


class Answer(NamedTuple):
    """What a provider answered about one message.

    reports: one for each id that it gave, or the one that says why it was refused.
    was_taken: the provider has the message, under the ids of the reports.
    """

    message_id: int
    account_id: int
    kind: str
    reports: tuple[StatusReport, ...]
    was_taken: bool


def say(answers: Sequence[Answer], *, at: datetime) -> None:
    """Let answers become events of their messages, in the running transaction."""
    if answers:
        answered.send(sender=Answer, answers=answers, at=at)


def begin(times: Mapping[int, datetime], *, at: datetime, is_answer: bool = False) -> None:
    """Say when messages were handed over; one that has such a time already keeps it.

    times: by message; `at` where it is later.  Without an answer only those begin that a receipt
    has told of.
    """
    if not times:
        return
    changes: Counter[tuple[counters.Counted, counters.Counted]] = Counter()
    begun = {}
    for message in record.messages(ids=times, lock=True).values():
        if message.accepted_at is None and (is_answer or message.status not in NEVER_TAKEN):
            begun[message.id] = min(times[message.id], at)
            now = message._replace(accepted_at=begun[message.id])
            changes[message.counted(), now.counted()] += 1
    if begun:
        _write(begun)
    counters.add(counters.differences(changes))


def _write(begun: Mapping[int, datetime]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deliveries_message message SET accepted_at = new.accepted_at "
            "FROM unnest(%s::bigint[], %s::timestamptz[]) AS new(id, accepted_at) "
            "WHERE message.id = new.id AND message.id BETWEEN %s AND %s",
            [*rows.arrays(list(begun.items())), min(begun), max(begun)],
        )


def reference(message_id: int) -> str:
    """Return our own name of a message."""
    return f"{PREFIX}{message_id}"


def message_of(name: str) -> int | None:
    """Return the message that is named so, None where it is none of our names."""
    digits = name.removeprefix(PREFIX)
    is_ours = (
        name != digits and digits.isascii() and digits.isdigit() and len(digits) < len(str(2**63))
    )
    return int(digits) if is_ours else None
