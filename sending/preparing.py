"""One run of a preparation: everything between its first statement and its commit."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from deliveries import counters, journal
from deliveries.models import Delivery
from messaging import personal
from messaging.statuses import DeliveryStatus, MessageStatus
from sending import recipients, ruleset, sentences, targeting, writing
from sending.beside import Beside
from sending.cases import Case
from sending.exclusions import RULES
from sending.models import Preparation, TypologyVersion
from sending.targeting import Sorted
from tracking import links
from tracking.links import Plan

READING, EXCLUDING, WRITING, ENDING = "reading", "excluding", "writing", "ending"
MOST_TRIES = 5


class Stopped(Exception):
    """Somebody wants the run stopped."""


class WorkerDied(Exception):
    """Workers were lost too often over the same run; the text says so."""


@dataclass(slots=True)
class _Clock:
    """The journal's lines of a run, written at its end, each with the time it took."""

    lines: list[tuple[str, str, str, datetime]] = field(default_factory=list)
    since: float = field(default_factory=time.perf_counter)
    begun: float = field(default_factory=time.perf_counter)

    def note(self, code: str, text: str, *, level: str = journal.INFO) -> None:
        now = time.perf_counter()
        said = f"{text} in {now - self.since:.1f}s."
        self.lines.append((code, said, level, timezone.now()))
        self.since = now

    def warn(self, code: str, text: str) -> None:
        self.lines.append((code, text, journal.WARNING, timezone.now()))


class Run:
    """A run by whoever has its lock; the transaction around it is its caller's."""

    def __init__(self, preparation_id: int, other: Beside) -> None:
        self.id = preparation_id
        self.other = other
        self.clock = _Clock()

    def done(self) -> bool:
        """Do it all; tell whether there was something to do."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock(hashtextextended('preparation', %s))", [self.id]
            )
            if not cursor.fetchone()[0]:
                return False
        row = Preparation.objects.select_related("typology__typology").get(pk=self.id)
        if not row.is_open:
            return False
        self._begin(row)
        plan = self._plan(row.delivery_id)
        delivery = Delivery.objects.get(pk=row.delivery_id)
        case = self._case(delivery, row.typology, at=row.requested_at)
        sorted_out = self._sort_out(case)
        links.discard(delivery_id=delivery.pk)
        writing.discard(delivery.pk)
        reasons = targeting.write_exclusions(delivery.pk)
        self.step(WRITING, sorted_out.targeted - sorted_out.excluded)
        alike = writing.write(delivery, plan, told=self.told, at=timezone.now())
        made = alike.total()
        self.clock.note("DEL-1035", f"Delivery logs created: {made} messages")
        self.step(ENDING, 0)
        count(delivery, alike, reasons)
        self._finish(row, sorted_out)
        return True

    def _begin(self, row: Preparation) -> None:
        if row.tries >= MOST_TRIES:
            raise WorkerDied(sentences.WORKER_DIED.format(tries=row.tries))
        self.other.ask(
            "UPDATE sending_preparation SET state = %s, tries = tries + 1, step = %s, done = 0, "
            "total = %s, started_at = coalesce(started_at, now()) WHERE id = %s RETURNING 1",
            # An earlier run may have left another number, of the step it died in.
            [
                Preparation.State.RUNNING,
                READING,
                recipients.count(delivery_id=row.delivery_id),
                self.id,
            ],
        )
        self.told(0)

    def _plan(self, delivery_id: int) -> Plan:
        plan = links.plan(delivery_id=delivery_id)
        self.clock.note("DEL-1031", f"Content read: {len(plan.linked())} tracked links")
        return plan

    def _case(self, delivery: Delivery, version: TypologyVersion, *, at: datetime) -> Case:
        case = case_of(delivery, version, at=at)
        name = version.typology.name
        self.clock.note("DEL-1032", f"Typology rules loaded: {name}, version {version.version}")
        return case

    def _sort_out(self, case: Case) -> Sorted:
        targeted = targeting.read(case, told=self.told)
        self.clock.note("DEL-1033", f"Target read: {targeted} recipients")
        self.step(EXCLUDING, len(RULES))
        found = Sorted(
            targeted, targeting.leave_out(case, told=self.told), targeting.ignored_errors()
        )
        self.clock.note("DEL-1034", f"Exclusions made: {found.excluded} of {targeted}")
        for each in found.left:
            if each.warns:
                self.clock.warn("DEL-1036", f"Rule {each.rule}: {each.lines} recipients concerned.")
        if found.ignored_errors:
            text = f"{found.ignored_errors} addresses in quarantine are written to: error ignored."
            self.clock.warn("DEL-1037", text)
        return found

    def step(self, name: str, total: int) -> None:
        """Show what is done now, of how much."""
        self._show("step = %s, done = 0, total = %s", [name, total])

    def told(self, done: int) -> None:
        """Show how much is done; raise Stopped where somebody wants that."""
        self._show("done = %s", [done])

    def _show(self, assignments: str, values: list[Any]) -> None:
        stop = self.other.ask(
            f"UPDATE sending_preparation SET {assignments} WHERE id = %s "
            f"RETURNING cancel_requested",
            [*values, self.id],
        )
        if stop and stop[0]:
            raise Stopped

    def _finish(self, row: Preparation, found: Sorted) -> None:
        at = timezone.now()
        row = Preparation.objects.select_for_update().get(pk=row.pk)
        # Whoever had it before may have closed it after this run had begun.
        if row.cancel_requested or not row.is_open:
            raise Stopped
        delivery = Delivery.objects.select_for_update().get(pk=row.delivery_id)
        delivery.status = DeliveryStatus.READY
        delivery.save(update_fields=["status", "modified_at"])
        row.state, row.step, row.ended_at = Preparation.State.DONE, "", at
        row.started_at = row.started_at or at
        row.targeted, row.excluded = found.targeted, found.excluded
        row.save()
        for code, text, level, when in self.clock.lines:
            journal.write(delivery=delivery, code=code, text=text, level=level, at=when)
        seconds = time.perf_counter() - self.clock.begun
        text = f"Preparation completed in {seconds:.1f}s ({row.to_send} messages waiting)."
        journal.write(delivery=delivery, code="DEL-1038", text=text, at=at)


def case_of(delivery: Delivery, version: TypologyVersion, *, at: datetime) -> Case:
    """Return what is judged of a delivery by a version of rules."""
    return Case(
        delivery_id=delivery.pk,
        channel=delivery.channel,
        ruleset=ruleset.read(version.rules),
        salt=version.typology.salt,
        needed=personal.without_default(delivery.content),
        at=at,
        contact_at=max(delivery.contact_date or at, at),
    )


def count(delivery: Delivery, alike: Counter[tuple[str, int]], reasons: Counter[int]) -> None:
    """Count messages and exclusions, alike ones together."""
    deltas: Counter[counters.Figure] = Counter()
    for (country, measured), count in alike.items():
        standing = counters.unheard(
            delivery.pk, status=MessageStatus.PENDING, country=country, segments=measured
        )
        for figure, value in counters.of_message(standing):
            deltas[figure] += value * count
    for reason, count in reasons.items():
        deltas[counters.Figure(delivery.pk, counters.TARGETED, "", None)] += count
        deltas[counters.Figure(delivery.pk, counters.EXCLUDED, str(reason), None)] += count
    counters.add(deltas)
