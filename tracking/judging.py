"""Judging clicks in the worker: a constant number of statements for any number of them.

A message's verdicts are a function of the set of its clicks and of what is known of its way, so
that it makes no difference what came first: what becomes known later is judged again.  Messages
are locked in the order of their keys, as everybody locks them, and then their clicks, since a
message may be registered later than it is clicked: two workers never judge the same at once.
"""

import json
import time
from collections import Counter as Sums
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from deliveries import counters, record
from deliveries.counters import Figure
from tracking import clicks, devices, networks, places, proofs, tallies, verdicts
from tracking.clicks import Judged, Stored
from tracking.devices import Device
from tracking.models import Click
from tracking.verdicts import BURST, Verdict

BATCH = 1_000
# A task gives way to others now and then; the next one goes on.
LONGEST_SECONDS = 10.0
UNJUDGED = Click.Verdict.UNJUDGED.value
HUMAN = Click.Verdict.HUMAN.value


@dataclass(slots=True)
class Batch:
    """Some messages, and what their clicks are judged to be by now."""

    changed: list[tuple[Stored, Verdict]] = field(default_factory=list)
    examined: int = 0

    def moves(self) -> Iterator[tuple[Stored, Verdict]]:
        """Yield the clicks that were judged before, and that somebody else made now."""
        for click, verdict in self.changed:
            if click.verdict not in (UNJUDGED, verdict.verdict):
                yield click, verdict


def judge() -> int:
    """Judge what waits, batch after batch; return how many clicks got a verdict."""
    until = time.monotonic() + LONGEST_SECONDS
    done = 0
    while time.monotonic() < until:
        batch = judge_batch()
        if batch is None:
            break
        done += len(batch.changed)
    return done


@transaction.atomic
def judge_batch() -> Batch | None:
    """Judge the clicks of some messages that wait for it; None where nothing waits."""
    anew = clicks.claim(most=BATCH)
    fresh = clicks.to_judge(most=BATCH)
    if not anew and not fresh:
        return None
    return judge_messages({*anew, *fresh}, anew=anew)


def judge_messages(message_ids: Collection[int], *, anew: Collection[int]) -> Batch:
    """Judge clicks of these messages in the running transaction; of `anew` all of them."""
    standing = record.messages(ids=message_ids, lock=True)
    # What another worker has judged while this one waited for the lock is seen as it is now.
    batch = work_out(message_ids, anew=anew, standing=standing)
    _write(batch)
    return batch


def work_out(
    message_ids: Collection[int],
    *,
    anew: Collection[int],
    standing: Mapping[int, record.Standing] | None = None,
) -> Batch:
    """Judge without writing anything.

    standing: the messages, locked, of which some may come later; None to lock nothing.
    """
    is_locked = standing is not None
    if standing is None:
        standing = record.messages(ids=message_ids, lock=False)
    found = clicks.near(message_ids, anew=anew, lock=is_locked)
    journeys = clicks.journeys(
        {key: standing[key].accepted_at if key in standing else None for key in found}
    )
    machines = networks.known(settings.DATA_CENTRES_FILE)
    batch = Batch()
    for message_id, stored in found.items():
        judged = verdicts.of(
            [click.asked for click in stored],
            journey=journeys[message_id],
            machines=machines,
        )
        for click in _touched(stored, whole=message_id in anew):
            batch.examined += 1
            verdict = judged[click.asked.id]
            if click.rules != verdicts.VERSION or verdict != (click.verdict, click.reasons):
                batch.changed.append((click, verdict))
    return batch


def _touched(stored: Sequence[Stored], *, whole: bool) -> Iterator[Stored]:
    """Yield the clicks whose verdicts may change; the others only stand beside them."""
    fresh = [click.asked.at for click in stored if click.verdict == UNJUDGED]
    for click in stored:
        if click.settled:
            continue
        if whole or any(abs(click.asked.at - at) <= BURST for at in fresh):
            yield click


def _write(batch: Batch) -> None:
    """Write verdicts and counters; note which messages have other clicks by people now."""
    people = clicks.by_people({click.message_id for click, _verdict in batch.changed})
    clicks.write([_row(click, verdict) for click, verdict in batch.changed])
    counters.add(_deltas(batch.changed, people))
    proofs.ask(
        {
            click.message_id
            for click, verdict in batch.changed
            if (click.verdict == HUMAN) != (verdict.verdict == HUMAN)
        }
    )


def _row(click: Stored, verdict: Verdict) -> Judged:
    asked = click.asked
    # A robot's device is nobody's.
    device = devices.of(asked.user_agent) if verdict.verdict == HUMAN else Device("", "")
    return Judged(
        click.message_id,
        asked.id,
        verdict.verdict,
        json.dumps(verdict.reasons),
        verdicts.VERSION,
        device.kind,
        device.system,
        places.country(asked.network, path=settings.COUNTRY_DATABASE),
    )


def _deltas(
    changed: Sequence[tuple[Stored, Verdict]], people: dict[int, dict[int, int]]
) -> Sums[Figure]:
    """Return what is counted by the changes; people: clicks by people as they stood before."""
    deltas: Sums[Figure] = Sums()
    deliveries = {}
    now: dict[int, Sums[int]] = defaultdict(Sums)
    for click, verdict in changed:
        asked = click.asked
        deliveries[click.message_id] = click.delivery_id
        if click.verdict != UNJUDGED:
            before = Verdict(click.verdict, click.reasons)
            deltas.subtract(tallies.of_click(click.delivery_id, asked, before))
        deltas.update(tallies.of_click(click.delivery_id, asked, verdict))
        now[click.message_id][asked.url_id] += (verdict.verdict == HUMAN) - (click.verdict == HUMAN)
    labels = clicks.labels({click.asked.url_id for click, _verdict in changed}, hold=True)
    for message_id, more in now.items():
        stood = people.get(message_id, {})
        stands = {url: stood.get(url, 0) + more[url] for url in {*stood, *more}}
        deltas.update(
            tallies.difference(
                tallies.clickers(deliveries[message_id], stood, labels=labels),
                tallies.clickers(deliveries[message_id], stands, labels=labels),
            )
        )
    return deltas
