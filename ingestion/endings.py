"""How messages ended, as far as it counts for or against the addresses that they went to."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from deliveries import merge, record
from deliveries.merge import Outcome
from deliveries.record import Standing
from messaging import normalise
from messaging.failures import FailureType, Reason
from messaging.statuses import PROCESSED, MessageStatus
from providers.models import Qualification
from quarantine import places
from quarantine.facts import Fact, Says
from quarantine.intake import Ended
from quarantine.ledger import Name
from storage import rows
from storage.ids import lowest_id

# Nothing is reported so long after it was handed over.
LONGEST_JOURNEY = timedelta(days=31)


class Ending(NamedTuple):
    """What a message's events say together (None: nothing), its provider's kind, its account."""

    outcome: Outcome | None
    kind: str
    account_id: int


def differs(before: Standing, now: Standing, outcome: Outcome, known: Collection[bytes]) -> bool:
    """Tell whether a message has ended, or ended otherwise; known: digests of earlier events.

    Where an event that was known decides as it did, all is as before.
    """
    ended = outcome.status in PROCESSED or before.status in PROCESSED
    return ended and (outcome.digest not in known or now[4:7] != before[4:7])


def of(endings: Mapping[int, Ending], messages: Mapping[int, Standing]) -> list[Ended]:
    """Return what endings are to the addresses of their messages; an erased one is nobody's."""
    counting = _counting(endings.values())
    ended = []
    for message_id, ending in endings.items():
        message = messages[message_id]
        if message.address:
            fact = _fact(message, ending, counting)
            ended.append(Ended(Name(message.channel, message.address), message_id, fact))
    return ended


def history(wanted: Mapping[Name, datetime]) -> list[Ended]:
    """Return the messages to these addresses that were delivered at a time or later."""
    oldest = min(wanted.values()) - LONGEST_JOURNEY
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, channel, address FROM deliveries_message "
            "WHERE address = ANY(%s) AND status = %s AND id >= %s",
            [
                [name.address for name in wanted],
                MessageStatus.DELIVERED.value,
                lowest_id(oldest),
            ],
        )
        found = {row[0]: Name(*row[1:]) for row in cursor.fetchall()}
    names = {message_id: name for message_id, name in found.items() if name in wanted}
    ended = []
    for message_id, events in record.events(message_ids=names).items():
        name = names[message_id]
        outcome = merge.fold([event.said() for event in events.values()], channel=name.channel)
        if outcome and outcome.at >= wanted[name]:
            ended.append(Ended(name, message_id, _delivered(message_id, outcome)))
    return ended


def _fact(message: Standing, ending: Ending, counting: Collection[int]) -> Fact | None:
    """Return what an ending says of the address; None where it says nothing."""
    outcome = ending.outcome
    if outcome is None:
        return None
    if outcome.status == MessageStatus.DELIVERED:
        return _delivered(message.id, outcome)
    if outcome.status != MessageStatus.FAILED or not _counts(outcome, counting):
        return None
    where = places.of(
        ending.account_id,
        address=message.address,
        country=message.country,
        network=outcome.network,
    )
    return Fact(
        at=outcome.at,
        key=outcome.digest,
        says=int(Says.FAILED),
        failure_type=int(outcome.failure_type),
        reason=int(outcome.reason),
        text=normalise.error_text(kind=ending.kind, code=outcome.code, text=outcome.text),
        message_id=message.id,
        delivery_id=message.delivery_id,
        **where._asdict(),
    )


def _delivered(message_id: int, outcome: Outcome) -> Fact:
    return Fact(outcome.at, outcome.digest, int(Says.DELIVERED), message_id=message_id)


def _counts(outcome: Outcome, counting: Collection[int]) -> bool:
    """Tell whether a failure counts: it is known what it means, and is no wish of the holder."""
    if outcome.failure_type == FailureType.HARD and outcome.reason == Reason.DENYLISTED:
        return False  # An opt-out, which quarantine.words takes care of.
    if outcome.qualification_id is None:
        return outcome.reason != Reason.UNDEFINED
    return outcome.qualification_id in counting


def _counting(endings: Iterable[Ending]) -> set[int]:
    """Return the qualifications among those of these endings by which failures count."""
    ids = {
        ending.outcome.qualification_id
        for ending in endings
        if ending.outcome and ending.outcome.qualification_id is not None
    }
    if not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM providers_qualification WHERE id = ANY(%s::bigint[]) AND status = %s",
            [rows.array(ids), Qualification.Status.KEEP.value],
        )
        return {row[0] for row in cursor.fetchall()}
