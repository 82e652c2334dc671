"""Looking for outages in how messages end, and following those that were found."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from quarantine import incidents, outages, tallies, thresholds
from quarantine.models import Incident
from quarantine.outages import MOMENT, Bar, Run, Series
from quarantine.places import Place
from quarantine.tallies import Touched

State = Incident.State
# What becomes known later is history, which nobody watches.
LOOKS_BACK = timedelta(days=1)
# An incident holds the errors of the moments beside those that fail, too: an outage does not begin
# with one.
BESIDE = MOMENT


class Happened(NamedTuple):
    """What has become of an incident: opened, ended, or withdrawn."""

    row: Incident
    what: str


OPENED, ENDED, WITHDRAWN = "opened", "ended", "withdrawn"


def watch(*, at: datetime) -> list[Happened]:
    """Look at what ended since the last time, in the running transaction.

    A second one at the same time steps aside.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('watch for outages'))")
        if not cursor.fetchone()[0]:
            return []
    version = thresholds.in_force()
    bar = thresholds.bar(version)
    spans = _spans(bar, at=at)
    incidents.alone()
    if not version.enabled:
        return _given_up()
    happened: list[Happened] = []
    for touched in spans:
        watcher = _Watcher(touched, version.pk, bar, at)
        happened += watcher.follow()
        happened += watcher.find()
    return happened


def _given_up() -> list[Happened]:
    """End what goes on: where nobody watches, nobody would see that it is over."""
    found = Incident.objects.select_for_update().filter(held_until=None)
    rows = list(found.exclude(state=State.WITHDRAWN).order_by("id"))
    for row in rows:
        row.held_until, row.settled = row.failing_until + BESIDE, False
        row.save()
    return [Happened(row, ENDED) for row in rows]


def _spans(bar: Bar, *, at: datetime) -> list[Touched]:
    """Return the moments to look at, by account: what is new, what is recent, what goes on."""
    going_on = Incident.objects.filter(held_until=None).exclude(state=State.WITHDRAWN)
    wanted = [
        *tallies.look(),
        *tallies.lately(since=at - bar.quiet),
        *(Touched(row.account_id, row.began_at, at) for row in going_on),
    ]
    spans: dict[int, Touched] = {}
    for touched in wanted:
        if touched.until < at - LOOKS_BACK:
            continue
        since = max(touched.since - bar.quiet, at - LOOKS_BACK)
        span = Touched(touched.account_id, since, touched.until + bar.quiet)
        known = spans.get(touched.account_id, span)
        spans[touched.account_id] = Touched(
            touched.account_id, min(span.since, known.since), max(span.until, known.until)
        )
    return [spans[account_id] for account_id in sorted(spans)]


class _Watcher:
    """Looks at the moments of one account."""

    def __init__(self, touched: Touched, watch_id: int, bar: Bar, at: datetime) -> None:
        self.bar = bar
        self.at = at
        self.watch_id = watch_id
        self.known = list(_known(touched))
        # Runs that began before are looked at whole.
        since = min([touched.since, *(row.began_at for row in self.known)])
        # Those that are known are followed whatever is asked of new ones.
        least = min([round(bar.messages * bar.share), *(row.failed // 2 for row in self.known)])
        self.series = tallies.series(touched._replace(since=since), least_failed=max(least, 1))

    def follow(self) -> Iterable[Happened]:
        """Bring the incidents that are known up to what is known now."""
        for row in self.known:
            series = self.series.get(incidents.place(row), {})
            before = _as_kept(row)
            self._extend(row, series)
            what = self._end(row, series)
            if _as_kept(row) != before:
                row.settled = False
                row.save()
            if what:
                yield Happened(row, what)

    def _extend(self, row: Incident, series: Series) -> None:
        """Let an incident reach as far as its place fails, or to where the next one begins."""
        limit = self._next(incidents.place(row), after=row.began_at)
        for run in outages.runs(series, bar=self.bar):
            until = min(run.until, limit) if limit else run.until
            if self._goes_on(row, run) and until > row.failing_until:
                row.failing_until = until
                row.held_until = limit
        ends = outages.over(series, since=row.began_at, until=row.failing_until)
        row.messages, row.failed = ends

    def _goes_on(self, row: Incident, run: Run) -> bool:
        """Tell whether a run is of an incident, or follows it at once."""
        quiet = self.bar.quiet
        return run.began_at <= row.failing_until + quiet and run.until >= row.began_at - quiet

    def _next(self, place: Place, *, after: datetime) -> datetime | None:
        """Return from when on the next incident of a place holds; None where there is none.

        What is told late may lie before what was found first.
        """
        later = [
            row.held_from
            for row in self.known
            if incidents.place(row) == place
            and row.state != State.WITHDRAWN
            and row.began_at > after
        ]
        return min(later, default=None)

    def _end(self, row: Incident, series: Series) -> str:
        ends = outages.over(series, since=row.began_at, until=row.failing_until)
        if row.state == State.OPEN and outages.is_none(ends, bar=self.bar, usual=row.usual):
            row.state = State.WITHDRAWN
            row.held_until = row.held_until or row.failing_until + BESIDE
            return WITHDRAWN
        over = outages.is_over(series, failing_until=row.failing_until, bar=self.bar, at=self.at)
        if row.goes_on() and over:
            row.held_until = row.failing_until + BESIDE
            return ENDED
        return ""

    def find(self) -> Iterable[Happened]:
        """Open incidents where an outage is in none that is known."""
        runs = {place: self._outages(place, found) for place, found in self.series.items()}
        places = sorted(runs, key=lambda place: sum(map(bool, place[1:])))
        for place in places:
            for run in runs[place]:
                for part in self._narrowed(place, run, runs):
                    if not self._is_known(part, run):
                        yield Happened(self._open(part, run), OPENED)

    def _outages(self, place: Place, series: Series) -> list[Run]:
        return [
            run
            for run in outages.runs(series, bar=self.bar)
            if run.ends.messages >= self.bar.messages
            and outages.is_outage(run, bar=self.bar, usual=self._usual(place, run), at=self.at)
        ]

    def _usual(self, place: Place, run: Run) -> float | None:
        ends = tallies.usual(place, before=run.began_at - BESIDE)
        return ends.share if ends.messages >= self.bar.messages else None

    def _narrowed(self, place: Place, run: Run, runs: Mapping[Place, list[Run]]) -> Iterable[Place]:
        ends = {
            each: outages.over(series, since=run.began_at, until=run.until)
            for each, series in self.series.items()
        }
        out = [
            each
            for each, found in runs.items()
            if any(one.began_at < run.until and run.began_at < one.until for one in found)
        ]
        return outages.narrowed(place, ends, out, bar=self.bar)

    def _is_known(self, place: Place, run: Run) -> bool:
        """Tell whether incidents of the place, or of those around it, leave no outage of a run."""
        around = [
            (row.held_from, row.held_until or run.until)
            for row in self.known
            if row.state != State.WITHDRAWN and incidents.place(row).holds(place)
        ]
        rest = outages.over(
            {
                at: ends
                for at, ends in self.series.get(place, {}).items()
                if not any(since <= at < until for since, until in around)
            },
            since=run.began_at,
            until=run.until,
        )
        return rest.messages < self.bar.messages or rest.share < self.bar.share

    def _open(self, place: Place, run: Run) -> Incident:
        limit = self._next(place, after=run.began_at)
        until = min(run.until, limit) if limit else run.until
        ends = outages.over(self.series.get(place, {}), since=run.began_at, until=until)
        row = Incident.objects.create(
            **place._asdict(),
            **ends._asdict(),
            began_at=run.began_at,
            failing_until=until,
            held_from=run.began_at - BESIDE,
            held_until=limit,
            usual=self._usual(place, run),
            watch_id=self.watch_id,
            found_at=self.at,
        )
        self.known.append(row)
        return row


def _known(touched: Touched) -> Iterable[Incident]:
    """Return the incidents of an account that reach into these moments, or go on."""
    found = Incident.objects.select_for_update().filter(account_id=touched.account_id)
    found = found.exclude(state=State.WITHDRAWN).order_by("id")
    ended = found.filter(held_until__gte=touched.since, held_from__lte=touched.until)
    return ended | found.filter(held_until=None)


def _as_kept(row: Incident) -> tuple[object, ...]:
    return (row.state, row.failing_until, row.held_until, row.messages, row.failed)
