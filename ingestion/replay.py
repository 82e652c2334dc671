"""Reading stored callbacks again after a mapping has changed.

What an entry says now replaces what was kept of it; each message becomes the fold of its events
again, and counters follow.  A preview works everything out and writes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from deliveries import journal, record
from deliveries.merge import Outcome, fold
from deliveries.record import Event, Standing
from ingestion import endings, held, inbox, optouts, receipts
from ingestion.endings import Ending
from ingestion.foreseen import Foreseen
from ingestion.matching import Place
from ingestion.models import InboxEntry
from ingestion.moves import Move, Moves
from ingestion.reading import Heard, Reading, read
from ingestion.receipts import Effect
from messaging.statuses import IN_PROGRESS, MessageStatus
from storage.ids import lowest_id

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class ReplayFilter:
    """Which stored callbacks: of an account, received from `since` until before `until`."""

    account_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    entry_ids: Sequence[int] = ()


@dataclass(slots=True)
class Replayed:
    """What a replay changed, or would change; `moves` tells which status, type or reason."""

    entries: int = 0
    events: int = 0
    dead: int = 0
    changed_ids: set[int] = field(default_factory=set, repr=False)
    moves: Moves = field(default_factory=Moves)

    @property
    def messages(self) -> int:
        """Return how many messages are not in every column as before."""
        return len(self.changed_ids)

    @property
    def moved(self) -> int:
        """Return how many have another status, type or reason."""
        return self.moves.messages

    @property
    def deliveries(self) -> int:
        """Return to how many deliveries those belong."""
        return self.moves.deliveries

    @property
    def addresses(self) -> int:
        """Return to how many addresses those went."""
        return self.moves.addresses

    @property
    def sample(self) -> list[Move]:
        """Return the first of those."""
        return self.moves.sample

    def add(self, effect: Effect) -> None:
        """Add what one batch changes."""
        self.events += len(effect.added)
        self.dead += len(effect.dead)
        for now in effect.changed():
            self.changed_ids.add(now.id)
            self.moves.add(effect.before[now.id], now)


def replay(
    *, chosen: ReplayFilter, dry_run: bool, by: AbstractBaseUser | None, at: datetime
) -> Replayed:
    """Apply stored callbacks again, batch by batch, each in a transaction of its own."""
    result = Replayed()
    foreseen = Foreseen() if dry_run else None
    for ids in _batches(chosen):
        entries = inbox.load(dict.fromkeys(ids, (0, True)))
        result.entries += len(entries)
        reading = read(entries)
        with transaction.atomic():
            effect = _work_out(entries, reading, at=at, foreseen=foreseen)
            if not dry_run:
                held.supersede(ids)
                receipts.write(effect)
                held.park(effect.parked)
                held.bury(effect.dead)
                _hear_opt_outs(entries, reading, effect, at=at)
        result.add(effect)
    if not dry_run:
        text = f"{result.entries} callbacks replayed: {result.moved} messages moved."
        journal.write(delivery=None, code="CBK-1003", text=text, by=by, at=at)
    return result


def _batches(chosen: ReplayFilter) -> Iterator[list[int]]:
    """Yield the ids of the chosen entries in order, BATCH at a time."""
    found = InboxEntry.objects.order_by("id")
    if chosen.account_id is not None:
        found = found.filter(account_id=chosen.account_id)
    # An entry is stored moments after it was received, so its id tells nearly the same time.
    if chosen.since is not None:
        found = found.filter(id__gte=lowest_id(chosen.since), received_at__gte=chosen.since)
    if chosen.until is not None:
        found = found.filter(received_at__lt=chosen.until)
    if chosen.entry_ids:
        found = found.filter(id__in=chosen.entry_ids)
    last = 0
    while ids := list(found.filter(id__gt=last).values_list("id", flat=True)[:BATCH]):
        yield ids
        last = ids[-1]


def _hear_opt_outs(
    entries: Sequence[inbox.Entry], reading: Reading, effect: Effect, *, at: datetime
) -> None:
    # What cannot be read any more says nothing new of what was kept of it.
    unreadable = {item.entry.id for item in reading.unreadable}
    optouts.hear_again(
        reading.replies,
        effect.reported(),
        removed=effect.removed,
        entry_ids=[entry.id for entry in entries if entry.id not in unreadable],
        at=at,
    )


def _work_out(
    entries: Sequence[inbox.Entry], reading: Reading, *, at: datetime, foreseen: Foreseen | None
) -> Effect:
    """Work out what entries change; foreseen: what a preview has so far, None where it is real."""
    effect = Effect(dead=list(reading.unreadable))
    matched = receipts.match(reading.heard, effect, at=at, lock=foreseen is None)
    known = record.events(message_ids=matched)
    if foreseen:
        foreseen.onto(effect, known)
    replayed = {entry.id for entry in entries}
    for message_id, reports in matched.items():
        _hear_again(message_id, reports, known[message_id], replayed, effect)
    if foreseen:
        foreseen.remember(effect, known, last=max(replayed, default=0))
    return effect


def _hear_again(
    message_id: int,
    reports: Sequence[tuple[Heard, Place]],
    known: dict[bytes, Event],
    replayed: set[int],
    effect: Effect,
) -> None:
    """Put what the entries say now in the place of what was kept of them."""
    # Of what was told twice the first counts, as in the drain.
    first = {item.digest: (item, place) for item, place in reversed(reports)}
    said_now = {digest: effect.event(item, place) for digest, (item, place) in first.items()}
    kept = {
        digest: event
        for digest, event in known.items()
        if event.entry_id not in replayed or _same(event, said_now.get(digest))
    }
    fresh = {digest: event for digest, event in said_now.items() if digest not in kept}
    for digest, (item, _place) in first.items():
        effect.remember(kept.get(digest, said_now[digest]), item.kind)
    removed = [(message_id, digest) for digest in known if digest not in kept]
    effect.removed += removed
    events = sorted(
        [*kept.values(), *fresh.values()], key=lambda event: (event.received_at, event.digest)
    )
    before = effect.before[message_id]
    moving, now, outcome = _told_in_order(before, events)
    effect.added += [event._replace(moved=digest in moving) for digest, event in fresh.items()]
    effect.after[message_id] = now
    entry = reports[0][0].entry
    effect.accounts[message_id] = entry.account_id
    if removed or (outcome and endings.differs(before, now, outcome, kept)):
        effect.endings[message_id] = Ending(outcome, reports[0][0].kind, entry.account_id)


def _told_in_order(
    before: Standing, events: Sequence[Event]
) -> tuple[set[bytes], Standing, Outcome | None]:
    """Fold event after event; return the digests of those that moved the message, and its end."""
    moving = set()
    now = before.unheard()
    said = []
    outcome = None
    for event in events:
        said.append(event.said())
        outcome = fold(said, channel=before.channel)
        following = now.after(outcome, at=event.received_at) if outcome else now
        if following[4:7] != now[4:7]:
            moving.add(event.digest)
        now = following
    # One that was given up stays so until something final is said of it.
    if before.status == MessageStatus.UNKNOWN and now.status in IN_PROGRESS:
        now = now._replace(status=before.status)
    if now[4:7] == before[4:7]:
        now = now._replace(changed_at=before.changed_at)
    return moving, now, outcome


def _same(event: Event, other: Event | None) -> bool:
    """Tell whether an entry still says what was kept of it."""
    return other is not None and event.said()._replace(at=other.said().at) == other.said()
