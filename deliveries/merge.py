"""What a message's events say together: a pure function of their set.

The order in which they arrived, and how often, makes no difference: every step below is a
minimum, a maximum or a sum over the set.  Within a part the highest event stands; among parts the
worst decides; among attempts the best.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from hashlib import blake2b
from typing import NamedTuple

from messaging.channels import Channel
from messaging.failures import FailureType, Reason
from messaging.statuses import Evidence, MessageStatus

LONG_AGO = datetime.min.replace(tzinfo=UTC)
_CLICKED = int(Evidence.CLICKED)
# E-mail: a bounce may follow the acceptance that a mail server first reported as delivered.
EMAIL_RANK: dict[int, int] = {MessageStatus.FAILED: MessageStatus.DELIVERED + 1}


class Said(NamedTuple):
    """One event, as far as it bears on the message.

    stated_at: the provider's own time, unclamped; at: the clamped one, or the reception where the
    provider gives none.  price is for the part alone.
    """

    digest: bytes
    part: int
    parts: int
    attempt: int
    status: int | None
    failure_type: int
    reason: int
    qualification_id: int | None
    evidence: int
    code: str
    text: str
    segments: int | None
    price: Decimal | None
    currency: str
    network: str
    stated_at: datetime | None
    at: datetime


class Outcome(NamedTuple):
    """What a message's columns become; digest and at are those of the event that decides."""

    status: int
    failure_type: int
    reason: int
    qualification_id: int | None
    evidence: int
    contradicted: bool
    code: str
    text: str
    segments: int | None
    price: Decimal | None
    currency: str
    network: str
    sent_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    digest: bytes
    at: datetime


def digest(
    *, provider_id: str, status: int | None, code: str, text: str, stated_at: datetime | None
) -> bytes:
    """Return the 16 bytes that two reports share exactly when they are the same event."""
    time = stated_at.timestamp() if stated_at else ""
    # The lengths keep neighbouring fields from running into each other.
    named = f"{len(provider_id)}:{provider_id}{status}:{len(code)}:{code}{time}:{text}"
    return blake2b(named.encode(), digest_size=16).digest()


def fold(events: Collection[Said], *, channel: str = Channel.SMS) -> Outcome | None:
    """Return what the events say together; None where none of them states a status."""
    telling = [event for event in events if event.status is not None]
    if not telling:
        return None
    if clicks := [event for event in telling if event.evidence == _CLICKED]:
        reported = [event for event in telling if event.evidence != _CLICKED]
        first = min(clicks, key=lambda event: (event.at, event.digest))
        return _proven(first, fold(reported, channel=channel))
    return _reported(telling, channel)


def _proven(click: Said, reported: Outcome | None) -> Outcome:
    """Return what a person's click makes of what was reported: whoever clicks has the message.

    Only where nobody has reported that does the click decide, and say when: at the latest then.
    """
    if reported and reported.status == MessageStatus.DELIVERED:
        return reported._replace(evidence=_CLICKED)
    decided = _reported([click], Channel.SMS)
    if reported is None:
        return decided
    return decided._replace(
        contradicted=reported.contradicted or reported.status == MessageStatus.FAILED,
        segments=reported.segments,
        price=reported.price,
        currency=reported.currency,
        network=reported.network,
        sent_at=reported.sent_at,
        failed_at=reported.failed_at,
    )


def _reported(telling: list[Said], channel: str) -> Outcome:
    decider, status = _decide(telling, channel)
    failed = status == MessageStatus.FAILED
    delivered = status == MessageStatus.DELIVERED
    statuses = {event.status for event in telling}
    return Outcome(
        status=status,
        failure_type=decider.failure_type if failed else FailureType.UNDEFINED,
        reason=decider.reason if failed else Reason.UNDEFINED,
        qualification_id=decider.qualification_id if failed else None,
        evidence=max([event.evidence for event in telling]) if delivered else Evidence.NONE,
        contradicted=len(statuses) > 1 and _contradicted(telling),
        code=decider.code,
        text=decider.text,
        segments=_segments(telling),
        price=_price(telling),
        currency=max([event.currency for event in telling]),
        network=max([event.network for event in telling]),
        sent_at=_earliest(telling, MessageStatus.SENT),
        delivered_at=_delivered_at(telling, decider.attempt) if delivered else None,
        failed_at=_earliest(telling, MessageStatus.FAILED),
        digest=decider.digest,
        at=decider.at,
    )


def _status(event: Said) -> int:
    """Return the status of an event that states one."""
    return MessageStatus.PENDING if event.status is None else event.status


def _height(event: Said, channel: str) -> tuple[object, ...]:
    """Order the events of one part: status first, then what makes one failure beat another."""
    status = _status(event)
    rank = EMAIL_RANK.get(status, status) if channel == Channel.EMAIL else status
    return (
        rank,
        event.reason != Reason.UNDEFINED,
        event.stated_at or LONG_AGO,
        event.code,
        event.text,
        event.digest,
    )


def _decide(events: list[Said], channel: str) -> tuple[Said, int]:
    """Return the event that decides, and the status that the message then has."""
    attempt = events[0].attempt
    if all(event.parts == 1 and event.attempt == attempt for event in events):
        # Nearly always: one message that was sent once.
        highest = max(events, key=partial(_height, channel=channel)) if events[1:] else events[0]
        return highest, _status(highest)
    return _best_attempt(events, channel)


def _best_attempt(events: list[Said], channel: str) -> tuple[Said, int]:
    attempts: dict[int, list[Said]] = {}
    for event in events:
        attempts.setdefault(event.attempt, []).append(event)
    candidates = [_worst_part(attempt, channel) for attempt in attempts.values()]
    return max(candidates, key=lambda found: (found[1], _height(found[0], channel)))


def _worst_part(events: list[Said], channel: str) -> tuple[Said, int]:
    """Return the event that decides an attempt, and the status it then has."""
    best: dict[int, Said] = {}
    for event in events:
        known = best.get(event.part)
        if known is None or _height(event, channel) > _height(known, channel):
            best[event.part] = event
    parts = list(best.values())
    failures = [event for event in parts if event.status == MessageStatus.FAILED]
    if failures:
        return max(failures, key=lambda event: _height(event, channel)), MessageStatus.FAILED
    worst = min(parts, key=lambda event: _height(event, channel))
    if len(best) < max(event.parts for event in events):
        # The other parts have only been accepted so far.
        return worst, min(_status(worst), MessageStatus.ACCEPTED)
    return worst, _status(worst)


def _contradicted(events: list[Said]) -> bool:
    delivered = {(e.attempt, e.part) for e in events if e.status == MessageStatus.DELIVERED}
    return any((e.attempt, e.part) in delivered for e in events if e.status == MessageStatus.FAILED)


def _earliest(events: list[Said], status: MessageStatus) -> datetime | None:
    return min([event.at for event in events if event.status == status], default=None)


def _delivered_at(events: list[Said], attempt: int) -> datetime:
    """Return when the last part of the attempt was first reported as delivered."""
    arrived: dict[int, datetime] = {}
    for event in events:
        if event.status == MessageStatus.DELIVERED and event.attempt == attempt:
            known = arrived.get(event.part)
            arrived[event.part] = min(known, event.at) if known else event.at
    return max(arrived.values())


def _segments(events: list[Said]) -> int | None:
    stated = max([event.segments or 0 for event in events])
    parts = max([event.parts for event in events])
    return max(stated, parts if parts > 1 else 0) or None


def _price(events: list[Said]) -> Decimal | None:
    """Add up the parts, each at the highest price stated for it."""
    prices: dict[tuple[int, int], Decimal] = {}
    for event in events:
        if event.price is not None:
            place = (event.attempt, event.part)
            prices[place] = max(event.price, prices.get(place, event.price))
    return sum(prices.values(), Decimal(0)) if prices else None
