"""Reports that wait for their moment, and the connections that post them when it has come."""

import heapq
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

from django.conf import settings

from ingestion.simulator.posting import Door, Line, Refused
from messaging.reports import StatusReport
from providers.simulation import PlannedReport

# Whoever adds more has to wait, so that memory does not grow with a delivery.
MOST_WAITING = 50_000
MOST_TOGETHER = 50
# Behind its time, a provider sends many at once; in time, now and then a few.
LATE_SECONDS = 1.0
FEW, FEW_SHARE = 8, 0.2
REPEATED_WITHIN_SECONDS = 2.0
# A report takes at most this much of a callback: no group may be larger than what the door takes.
REPORT_BYTES = 600
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0


class Stopped(Exception):
    """The traffic was stopped before everything was posted."""


@dataclass(slots=True)
class Posted:
    """How much was posted: reports, the callbacks that carried them, tries that failed."""

    reports: int = 0
    callbacks: int = 0
    retried: int = 0


@dataclass(slots=True, eq=False)
class Ticket:
    """Some reports that somebody waits for: how many of them are still to be posted."""

    left: int = 0


class _Waiting(NamedTuple):
    """One report to be posted: when (seconds since 1970), in which order, to which door."""

    due: float
    order: int
    to: Door
    report: StatusReport
    ticket: Ticket


class Traffic:
    """Posts reports when they are due, from several threads, until they are accepted."""

    def __init__(self, *, connections: int = 4, line: Callable[[], Line] = Line) -> None:
        self.posted = Posted()
        self._line = line
        self._heap: list[_Waiting] = []
        self._orders = itertools.count()
        self._under_way = 0
        self._refused: Refused | None = None
        self._ended = threading.Event()
        self._changed = threading.Condition()
        self._chance = random.Random(0)  # noqa: S311  # a simulation, not a secret
        self._together = min(MOST_TOGETHER, settings.CALLBACK_MAX_BYTES // REPORT_BYTES)
        self._threads = [
            threading.Thread(target=self._run, name=f"simulator-{number}", daemon=True)
            for number in range(connections)
        ]

    def __enter__(self) -> Self:
        """Open the connections."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop at once; what was not accepted is found again from the rows."""
        with self._changed:
            self._ended.set()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def add(self, to: Door, planned: Iterable[PlannedReport]) -> Ticket:
        """Take reports to post when they are due, and the repetitions planned of them."""
        ticket = Ticket()
        for at, report, duplicates in planned:
            self._wait_while(lambda: len(self._heap) >= MOST_WAITING)
            with self._changed:
                due = at.timestamp()
                self._put(due, to, report, ticket)
                for _ in range(duplicates):
                    later = self._chance.uniform(0, REPEATED_WITHIN_SECONDS)
                    self._put(due + later, to, report, ticket)
                self._changed.notify()
        return ticket

    def wait_for(self, ticket: Ticket) -> None:
        """Return once these reports have been accepted; raise Refused or Stopped."""
        self._wait_while(lambda: ticket.left > 0)

    def wait_until(self, at: datetime) -> None:
        """Return at this time; raise Refused or Stopped."""
        self._wait_while(lambda: time.time() < at.timestamp(), until=at.timestamp())

    @property
    def waiting(self) -> int:
        """Return how many reports are still to be posted."""
        return len(self._heap) + self._under_way

    def wait_for_all(self, *, seconds: float) -> bool:
        """Wait up to so many seconds; tell whether everything has been accepted."""
        until = time.time() + seconds
        self._wait_while(lambda: self.waiting > 0 and time.time() < until, until=until)
        return not self.waiting

    def _wait_while(self, holds: Callable[[], bool], until: float | None = None) -> None:
        with self._changed:
            while holds() and not self._ended.is_set():
                # Now and then by itself, so that a signal is noticed on every system.
                pause = 1.0 if until is None else min(1.0, max(until - time.time(), 0.0))
                self._changed.wait(pause)
            if self._refused:
                raise self._refused
            if self._ended.is_set():
                raise Stopped("The traffic was stopped.")

    def _put(self, due: float, to: Door, report: StatusReport, ticket: Ticket) -> None:
        ticket.left += 1
        heapq.heappush(self._heap, _Waiting(due, next(self._orders), to, report, ticket))

    def _run(self) -> None:
        line = self._line()
        try:
            while load := self._take():
                self._post(line, load)
                self._tick_off(load)
        except Refused as refused:
            with self._changed:
                self._refused = refused
                self._ended.set()
                self._changed.notify_all()
        finally:
            line.close()

    def _take(self) -> list[_Waiting]:
        """Wait for something to be due and take it; nothing when the traffic has ended."""
        with self._changed:
            while not self._ended.is_set():
                pause = self._heap[0].due - time.time() if self._heap else None
                if pause is not None and pause <= 0:
                    return self._group()
                self._changed.wait(pause)
        return []

    def _group(self) -> list[_Waiting]:
        now = time.time()
        size = 1
        if now - self._heap[0].due > LATE_SECONDS:
            size = self._together
        elif self._chance.random() < FEW_SHARE:
            size = min(FEW, self._together)
        load = [heapq.heappop(self._heap)]
        while len(load) < size and self._heap and self._heap[0].due <= now:
            if self._heap[0].to != load[0].to:
                break
            load.append(heapq.heappop(self._heap))
        self._under_way += len(load)
        return load

    def _post(self, line: Line, load: list[_Waiting]) -> None:
        pause = FIRST_PAUSE
        while not line.accepts(load[0].to, [waiting.report for waiting in load]):
            with self._changed:
                self.posted.retried += 1
            if self._ended.wait(pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE)

    def _tick_off(self, load: list[_Waiting]) -> None:
        with self._changed:
            self._under_way -= len(load)
            if self._ended.is_set():
                return
            self.posted.reports += len(load)
            self.posted.callbacks += 1
            for waiting in load:
                waiting.ticket.left -= 1
            self._changed.notify_all()
