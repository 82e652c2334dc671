"""What people's clicks prove: who clicks in a message has received it.

A click becomes an event of its message like any report, folded with the others whatever the order.
It follows the clicks: one that turns out to be a robot's proves nothing any more.
"""

import time
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from deliveries import merge, record
from deliveries.merge import Outcome, fold
from deliveries.models import Delivery
from deliveries.record import Event, Standing
from ingestion import endings, optouts, receipts
from ingestion.endings import Ending
from ingestion.optouts import Reported
from ingestion.receipts import Effect
from messaging.failures import FailureType, Reason
from messaging.statuses import Evidence, MessageStatus
from tracking import proofs, proposals

BATCH = 1_000
LONGEST_SECONDS = 10.0
CODE = "CLICK"
# Kept in the one language of the record; pages say it in theirs.
TEXT = "A person has opened a link of the message."


def hear(*, at: datetime) -> int:
    """Take in what clicks prove, batch after batch; return how many messages were looked at."""
    until = time.monotonic() + LONGEST_SECONDS
    done = 0
    while time.monotonic() < until and (batch := hear_batch(at=at)):
        done += batch
    return done


@transaction.atomic
def hear_batch(*, at: datetime) -> int:
    """Take in what the clicks of some messages prove, in one transaction."""
    claimed = proofs.claim(most=BATCH)
    if not claimed:
        return 0
    effect = Effect(before=record.messages(ids=claimed, lock=True))
    # Read under the lock, so that what is told last is what stands.
    first = proofs.first_clicks(effect.before)
    known = record.events(message_ids=effect.before)
    by_delivery = accounts(effect.before)
    for message_id, message in effect.before.items():
        clicked_at = first.get(message_id)
        event = _event(message_id, clicked_at, at=at) if clicked_at else None
        account_id, kind = by_delivery[message.delivery_id]
        effect.accounts[message_id] = account_id
        _prove(message, event, known[message_id], effect, kind=kind)
    receipts.write(effect)
    optouts.hear_again([], _reported(effect), removed=effect.removed, entry_ids=[], at=at)
    proposals.ask(effect.before)
    return len(claimed)


def _reported(effect: Effect) -> Reported:
    return Reported([], endings.of(effect.endings, effect.before), effect.before)


def accounts(messages: Mapping[int, Standing]) -> dict[int, tuple[int, str]]:
    """Return account and kind of provider by the ids of deliveries."""
    ids = {message.delivery_id for message in messages.values()}
    found = Delivery.objects.filter(pk__in=ids).values_list("id", "account_id", "account__kind")
    return {pk: (account_id, kind) for pk, account_id, kind in found}


def _event(message_id: int, clicked_at: datetime, *, at: datetime) -> Event:
    digest = merge.digest(
        provider_id="", status=MessageStatus.DELIVERED, code=CODE, text=TEXT, stated_at=clicked_at
    )
    return Event(
        message_id,
        digest,
        provider_id="",
        part=1,
        parts=1,
        attempt=1,
        status=int(MessageStatus.DELIVERED),
        failure_type=int(FailureType.UNDEFINED),
        reason=int(Reason.UNDEFINED),
        qualification_id=None,
        evidence=int(Evidence.CLICKED),
        code=CODE,
        text=TEXT,
        segments=None,
        price=None,
        currency="",
        network="",
        stated_at=clicked_at,
        occurred_at=min(clicked_at, at),
        received_at=at,
        moved=False,
        entry_id=None,
    )


def _prove(
    message: Standing,
    event: Event | None,
    known: Mapping[bytes, Event],
    effect: Effect,
    *,
    kind: str,
) -> None:
    """Put the event of the first click in the place of the one that stands, if they differ."""
    standing = {key for key, each in known.items() if each.evidence == Evidence.CLICKED}
    wanted = {event.digest} if event else set()
    effect.after[message.id] = message
    if standing == wanted:
        return
    gone = standing - wanted
    kept = {digest: each for digest, each in known.items() if digest not in gone}
    said = [each.said() for each in kept.values()]
    if event and event.digest not in kept:
        said.append(event.said())
    outcome = fold(said, channel=message.channel)
    now = _after(message, outcome, withdrawn=bool(gone), at=event.received_at if event else None)
    if event and event.digest not in kept:
        effect.added.append(event._replace(moved=now[4:7] != message[4:7]))
    effect.removed += [(message.id, digest) for digest in gone]
    effect.after[message.id] = now
    if gone or (outcome and endings.differs(message, now, outcome, kept)):
        effect.endings[message.id] = Ending(outcome, kind, effect.accounts[message.id])


def _after(
    message: Standing, outcome: Outcome | None, *, withdrawn: bool, at: datetime | None
) -> Standing:
    """Return the message as what is said of it leaves it.

    What only a withdrawn click had said is unsaid: the message waits again, until it is given up.
    """
    before = message.unheard() if withdrawn else message
    now = before.after(outcome, at=at or message.changed_at) if outcome else before
    return now._replace(changed_at=message.changed_at) if now[4:7] == message[4:7] else now
