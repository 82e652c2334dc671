"""Applying a batch of callbacks: a constant number of statements, whatever the batch holds.

Messages are locked in the order of their keys before anything is written; every state is then the
fold of the message's whole set of events, so it does not matter in which order they came.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deliveries import counters, record
from deliveries.merge import fold
from deliveries.record import Event, Standing
from ingestion import (
    adopting,
    ended,
    endings,
    figures,
    held,
    matching,
    optouts,
    qualifying,
    sightings,
    subscriptions,
    trials,
)
from ingestion.endings import Ending
from ingestion.inbox import Entry
from ingestion.matching import Place
from ingestion.optouts import Reported, Told
from ingestion.qualifying import Verdict
from ingestion.reading import Heard, Reading, Unreadable, read
from storage.ids import time_of
from tracking import clicks

# A report may tell of a time so long before its message is registered, and still be news.
EARLY = timedelta(hours=1)
NO_SUCH_RECIPIENT = "The provider id belongs to several messages, none of them to this address."


@dataclass(slots=True)
class Effect:
    """What a batch changes, worked out before anything is written."""

    before: dict[int, Standing] = field(default_factory=dict)
    after: dict[int, Standing] = field(default_factory=dict)
    added: list[Event] = field(default_factory=list)
    removed: list[tuple[int, bytes]] = field(default_factory=list)
    # Which account told of a message.
    accounts: dict[int, int] = field(default_factory=dict)
    verdicts: qualifying.Verdicts = field(default_factory=dict)
    opted_out: list[Told] = field(default_factory=list)
    endings: dict[int, Ending] = field(default_factory=dict)
    parked: list[Heard] = field(default_factory=list)
    dead: list[Unreadable] = field(default_factory=list)
    tallies: Counter[figures.Tally] = field(default_factory=Counter)

    def count(self, entry: Entry, figure: str, key: str = "") -> None:
        """Count something about the account that the entry came for."""
        bucket = figures.hour(entry.received_at)
        self.tallies[figures.Tally(entry.account_id, figure, bucket, key)] += 1

    def event(self, item: Heard, place: Place) -> Event:
        """Return the event that is kept of a report about a message."""
        return as_event(item, place, qualifying.verdict(item, self.verdicts))

    def remember(self, event: Event, kind: str) -> None:
        """Remember an event that is kept, if it is an opt-out."""
        if optouts.is_opt_out(event):
            self.opted_out.append(Told(event, kind))

    def reported(self) -> Reported:
        """Return what it means to the addresses of the messages."""
        return Reported(self.opted_out, endings.of(self.endings, self.before), self.before)

    def changed(self) -> list[Standing]:
        """Return the messages that do not stand as before."""
        return [now for key, now in self.after.items() if now != self.before[key]]


def apply(entries: Sequence[Entry], *, at: datetime) -> None:
    """Apply claimed entries in the running transaction."""
    reading = read(entries)
    effect = _work_out(reading, at=at)
    for entry in entries:
        if not entry.again:
            for figure, key in figures.of_arrival(entry.proof):
                effect.count(entry, figure, key)
    # What comes for the first time cannot have been set aside.
    if again := [entry.id for entry in entries if entry.again]:
        held.supersede(again)
    write(effect)
    held.park(effect.parked)
    held.bury(effect.dead)
    optouts.hear(reading.replies, effect.reported(), at=at)
    subscriptions.keep(reading.asked)
    trials.note(reading.tried, at=at)
    sightings.keep(entries, reading)
    figures.add(effect.tallies)


def write(effect: Effect) -> None:
    """Write events, messages and counters."""
    record.remove_events(effect.removed)
    record.add_events(effect.added)
    changed = effect.changed()
    record.change(changed)
    # A click may turn out to have come before the phone had its message.
    clicks.ask_again(
        [now.id for now in changed if now.delivered_at != effect.before[now.id].delivered_at]
    )
    changes = Counter((effect.before[now.id].counted(), now.counted()) for now in changed)
    counters.add(counters.differences(changes))
    ended.count(((effect.before[now.id], now) for now in changed), accounts=effect.accounts)


def _work_out(reading: Reading, *, at: datetime) -> Effect:
    effect = Effect(dead=list(reading.unreadable))
    for unreadable in reading.unreadable:
        effect.count(unreadable.entry, figures.DEAD)
    for reply in reading.replies:
        effect.count(reply.entry, figures.INBOUND)
    matched = match(reading.heard, effect, at=at, lock=True)
    known = record.events(message_ids=matched)
    for message_id, reports in matched.items():
        hear(message_id, reports, known[message_id], effect)
    return effect


def match(
    heard: Sequence[Heard], effect: Effect, *, at: datetime, lock: bool
) -> dict[int, list[tuple[Heard, Place]]]:
    """Sort reports by message; park those of none, bury those that fit none of several."""
    places = matching.places(heard, at=at)
    adopted = adopting.places(heard, places)
    places |= adopted
    ids = {place.message_id for found in places.values() for place in found}
    # Before messages, as everybody locks them.
    effect.verdicts = qualifying.verdicts(
        [
            item
            for item in heard
            if (item.entry.account_id, item.report.provider_message_id) in places
        ],
        at=at,
        lock=lock,
    )
    effect.before = record.messages(ids=ids, lock=lock)
    if lock:
        adopting.keep(adopted)
    matched: dict[int, list[tuple[Heard, Place]]] = defaultdict(list)
    for item in heard:
        candidates = places.get((item.entry.account_id, item.report.provider_message_id))
        if not candidates:
            effect.parked.append(item)
            effect.count(item.entry, figures.PARKED)
        elif place := matching.choose(item, candidates, effect.before):
            matched[place.message_id].append((item, place))
        else:
            effect.dead.append(Unreadable(item.entry, NO_SUCH_RECIPIENT))
            effect.count(item.entry, figures.DEAD)
    return matched


def hear(
    message_id: int,
    reports: Iterable[tuple[Heard, Place]],
    known: dict[bytes, Event],
    effect: Effect,
) -> None:
    """Add the reports that are new to the message's events, and fold after each of them."""
    message = effect.before[message_id]
    said = {digest: event.said() for digest, event in known.items()}
    last = None
    for item, place in reports:
        effect.accounts[message_id] = item.entry.account_id
        event = effect.event(item, place)
        if item.digest in said:
            effect.count(item.entry, figures.DUPLICATE)
            continue
        effect.remember(event, item.kind)
        said[item.digest] = event.said()
        outcome = fold(said.values(), channel=message.channel)
        now = message.after(outcome, at=event.received_at) if outcome else message
        moved = now[4:7] != message[4:7]
        event = event._replace(moved=moved) if moved else event
        effect.added.append(event)
        _count(effect, item.entry, event, now)
        message = now
        last = outcome
        kind = item.kind
    effect.after[message_id] = message
    if last and endings.differs(effect.before[message_id], message, last, known):
        effect.endings[message_id] = Ending(last, kind, item.entry.account_id)


def _count(effect: Effect, entry: Entry, event: Event, now: Standing) -> None:
    """Count an event that is new: how late it is, and whether it says less than what stands."""
    effect.count(entry, figures.APPLIED)
    stated_at, received_at = event.stated_at, event.received_at
    # What happened long before its message was registered, with it, is history and not late.
    if stated_at and not stated_at + EARLY < time_of(now.id) < received_at + EARLY:
        effect.count(entry, figures.LAG, figures.lag(stated_at=stated_at, received_at=received_at))
    if event.status is None:
        effect.count(entry, figures.UNMOVED)
    elif not event.moved and event.status < now.status:
        effect.count(entry, figures.REGRESSION)


def as_event(item: Heard, place: Place, verdict: Verdict) -> Event:
    """Turn a report about a message into the event that is kept of it."""
    entry, report, digest, _kind = item
    stated_at, received_at = report.occurred_at, entry.received_at
    return Event(
        place.message_id,
        digest,
        report.provider_message_id,
        place.part,
        place.parts,
        place.attempt,
        None if report.status is None else int(report.status),
        verdict.failure_type,
        verdict.reason,
        verdict.qualification_id,
        int(report.evidence),
        report.code,
        report.text,
        report.segments,
        None if report.price is None else round(report.price, 6),
        report.currency,
        report.network,
        stated_at,
        min(stated_at, received_at) if stated_at else None,
        received_at,
        moved=False,
        entry_id=entry.id or None,
    )
