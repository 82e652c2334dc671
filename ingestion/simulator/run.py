"""One simulation from its beginning, or from where it was interrupted, to its proof."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from ingestion.simulator import outgoing, owed, proof
from ingestion.simulator.outgoing import Sending
from ingestion.simulator.posting import Line, door
from ingestion.simulator.proof import Proof
from ingestion.simulator.traffic import Posted, Traffic

TELL_EVERY_SECONDS = 5.0
# How long to wait for a worker that makes no progress.
PATIENCE_SECONDS = 60.0

Tell = Callable[[str], object]


@dataclass(slots=True)
class Outcome:
    """What a run did, and how each delivery stands afterwards (by code)."""

    registered: int = 0
    posted: Posted = field(default_factory=Posted)
    seconds: float = 0.0
    proofs: dict[str, Proof] = field(default_factory=dict)


def run(
    *,
    sendings: Sequence[Sending],
    connections: int,
    tell: Tell,
    line: Callable[[], Line] = Line,
    patience: float = PATIENCE_SECONDS,
) -> Outcome:
    """Post what is owed, then send what is to be sent; return when everything was applied.

    What an earlier run has begun is gone on with, nothing is done twice.  Raises Refused where
    the callback address refuses the callbacks.
    """
    outcome = Outcome()
    began = time.monotonic()
    with Traffic(connections=connections, line=line) as traffic:
        outcome.posted = traffic.posted
        progress = _Progress(outcome, traffic, tell)
        doors = [door(sending.delivery.account) for sending in sendings]
        for sending, to in zip(sendings, doors, strict=True):
            for reports in owed.reports(delivery_id=sending.delivery.pk, profile=sending.profile):
                traffic.add(to, reports)
        for sending, to in zip(sendings, doors, strict=True):
            for registered in outgoing.send(sending, to=to, traffic=traffic):
                outcome.registered += registered
                progress.tell()
        while not traffic.wait_for_all(seconds=TELL_EVERY_SECONDS):
            progress.tell()
    outcome.seconds = time.monotonic() - began
    for sending in sendings:
        prove = partial(proof.of, delivery=sending.delivery, profile=sending.profile)
        outcome.proofs[sending.delivery.code] = prove(patience=patience)
    return outcome


class _Progress:
    """Says now and then how far it is."""

    def __init__(self, outcome: Outcome, traffic: Traffic, tell: Tell) -> None:
        self.outcome = outcome
        self.traffic = traffic
        self.say = tell
        self.told_at = time.monotonic()

    def tell(self) -> None:
        """Say how far it is, unless that was said a moment ago."""
        now = time.monotonic()
        if now - self.told_at < TELL_EVERY_SECONDS:
            return
        self.told_at = now
        self.say(
            f"{self.outcome.registered} messages registered, "
            f"{self.outcome.posted.reports} reports posted, {self.traffic.waiting} to come"
        )
