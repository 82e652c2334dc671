"""Judging history again: what is kept of a qualification's events follows a change of it.

The work lives in the rows of Judgement.  A batch is one transaction that also moves its cursor, so
whoever finds an open one goes on where the last batch was committed.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db import transaction

from deliveries import counters, journal, judged, record
from deliveries.judged import Judged
from deliveries.merge import Outcome, fold
from deliveries.models import Delivery
from deliveries.record import Event, Standing
from ingestion import ended, endings, optouts, rulings
from ingestion.endings import Ending
from ingestion.models import Judgement
from ingestion.moves import Moves
from ingestion.optouts import Reported, Told
from ingestion.rulings import Change, Ruling
from storage import rounds

BATCH = 2_000
# What a preview looks at before it says "at least".
MOST_EXAMINED = 100_000
# A task gives way to callbacks; the sweeper's next round goes on.
LONGEST_SECONDS = 3.0

Key = tuple[int, bytes]


@dataclass(slots=True)
class Preview:
    """What would move.  at_least: there is more than was looked at."""

    examined: int = 0
    at_least: bool = False
    moves: Moves = field(default_factory=Moves)


@dataclass(slots=True)
class _Batch:
    """Some messages with events of a qualification, and what becomes of them."""

    before: dict[int, Standing] = field(default_factory=dict)
    after: dict[int, Standing] = field(default_factory=dict)
    judged: list[Judged] = field(default_factory=list)
    # Events by which somebody has opted out from now on, and those by which nobody has any more.
    opted_out: list[Event] = field(default_factory=list)
    withdrawn: list[Key] = field(default_factory=list)
    # A message may count from now on, or no more, though it stands as before.
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    # Which account each message went through.
    accounts: dict[int, int] = field(default_factory=dict)

    def judge(self, event: Event, ruling: Ruling) -> Event:
        """Return an event as it is ruled; remember what that changes."""
        now = event._replace(failure_type=ruling.failure_type, reason=ruling.reason)
        self.judged.append(Judged(now.message_id, now.digest, now.failure_type, now.reason))
        was, is_now = optouts.is_opt_out(event), optouts.is_opt_out(now)
        if is_now and not was:
            self.opted_out.append(now)
        elif was and not is_now:
            self.withdrawn.append((now.message_id, now.digest))
        return now

    def changed(self) -> Iterator[tuple[Standing, Standing]]:
        for identifier, now in self.after.items():
            if now != self.before[identifier]:
                yield self.before[identifier], now


def before_of(row: Judgement) -> Ruling:
    """Return what the qualification said before a change."""
    return Ruling(row.before_status, row.before_failure_type, row.before_reason, row.before_text)


def after_of(row: Judgement) -> Ruling:
    """Return what it said after it."""
    return Ruling(row.after_status, row.after_failure_type, row.after_reason, row.after_text)


def changes(*, qualification_id: int) -> list[Change]:
    """Return the changes of a qualification that stand, oldest first."""
    found = Judgement.objects.filter(
        qualification_id=qualification_id, undoes=None, undone_by=None
    ).order_by("id")
    return [Change(row.pk, before_of(row), after_of(row), row.judges_history) for row in found]


def preview(*, qualification_id: int, changes: Sequence[Change], now: Ruling) -> Preview:
    """Tell what would move if these were the changes that stand; nothing is written or locked."""
    told = Preview()
    after = 0
    while told.examined < MOST_EXAMINED:
        ids = judged.message_ids(qualification_id=qualification_id, after=after, most=BATCH)
        batch = _work_out(qualification_id, ids, changes, now=now, lock=False)
        told.examined += len(ids)
        for before, standing in batch.changed():
            told.moves.add(before, standing)
        if len(ids) < BATCH:
            return told
        after = ids[-1]
    told.at_least = bool(judged.message_ids(qualification_id=qualification_id, after=after, most=1))
    return told


def work(*, at: datetime) -> int:
    """Judge open history, batch after batch, for a few seconds; return how many batches."""
    return rounds.work(partial(work_batch, at=at), seconds=LONGEST_SECONDS)


@transaction.atomic
def work_batch(*, at: datetime) -> bool:
    """Judge one batch of one open judgement; tell whether there was one.

    Another worker's is left to it: its row is locked.
    """
    row = (
        Judgement.objects.select_for_update(skip_locked=True)
        .filter(state=Judgement.State.OPEN)
        .order_by("id")
        .first()
    )
    if row is None:
        return False
    qualification_id = row.qualification_id
    ids = judged.message_ids(qualification_id=qualification_id, after=row.cursor, most=BATCH)
    standing = changes(qualification_id=qualification_id)
    batch = _work_out(qualification_id, ids, standing, now=after_of(row), lock=True)
    row.moved += _write(batch)
    _tell_addresses(batch, row.qualification.kind, at=at)
    row.examined += len(ids)
    row.cursor = ids[-1] if ids else row.cursor
    if len(ids) < BATCH:
        _finish(row, at=at)
    row.save(update_fields=["cursor", "examined", "moved", "state", "finished_at"])
    return True


def _tell_addresses(batch: _Batch, kind: str, *, at: datetime) -> None:
    """Let addresses stand by what is said now, whose qualification has been changed before."""
    told = [Told(event, kind) for event in batch.opted_out]
    ends = {
        identifier: Ending(outcome, kind, batch.accounts[identifier])
        for identifier, outcome in batch.outcomes.items()
    }
    optouts.hear_again(
        [],
        Reported(told, endings.of(ends, batch.before), batch.before),
        removed=batch.withdrawn,
        entry_ids=[],
        at=at,
    )


def _finish(row: Judgement, *, at: datetime) -> None:
    row.state = Judgement.State.DONE
    row.finished_at = at
    text = (
        f"Qualification {row.qualification_id}: history judged, "
        f"{row.moved} of {row.examined} messages moved."
    )
    journal.write(delivery=None, code="QLF-1003", text=text, by=row.by, at=at)


def _write(batch: _Batch) -> int:
    """Write events, messages and counters; return how many messages moved."""
    judged.write(batch.judged)
    moves = Moves()
    differing: Counter[tuple[counters.Counted, counters.Counted]] = Counter()
    for before, now in batch.changed():
        moves.add(before, now)
        differing[before.counted(), now.counted()] += 1
    ended.count(batch.changed(), accounts=batch.accounts)
    record.change([now for _before, now in batch.changed()])
    counters.add(counters.differences(differing))
    return moves.messages


def _work_out(
    qualification_id: int, ids: Sequence[int], changes: Sequence[Change], *, now: Ruling, lock: bool
) -> _Batch:
    batch = _Batch(before=record.messages(ids=ids, lock=lock))
    batch.accounts = _accounts(batch.before.values())
    written = judged.written(qualification_id=qualification_id, message_ids=batch.before)
    known = record.events(message_ids=batch.before)
    ruled = {
        key: rulings.in_force(identifier, changes=changes, now=now)
        for key, identifier in written.items()
    }
    for identifier, message in batch.before.items():
        batch.after[identifier] = _judge(message, known[identifier], ruled, batch)
    return batch


def _accounts(messages: Collection[Standing]) -> dict[int, int]:
    """Return the account of each message."""
    deliveries = {message.delivery_id for message in messages}
    found = Delivery.objects.filter(pk__in=deliveries).values_list("id", "account_id")
    accounts = dict(found)
    return {message.id: accounts[message.delivery_id] for message in messages}


def _judge(
    message: Standing,
    known: Mapping[bytes, Event],
    ruled: Mapping[Key, Ruling],
    batch: _Batch,
) -> Standing:
    """Return the message as its events leave it, each judged as it is ruled.

    A judgement is no report: when the message changed last, and which event moved it, stay.
    """
    said = []
    for digest, event in known.items():
        ruling = ruled.get((message.id, digest))
        if ruling and ruling[1:3] != (event.failure_type, event.reason):
            said.append(batch.judge(event, ruling).said())
        else:
            said.append(event.said())
    outcome = fold(said, channel=message.channel)
    if outcome is None:
        return message
    batch.outcomes[message.id] = outcome
    return message.after(outcome, at=message.changed_at)
