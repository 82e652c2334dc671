"""Looks at everything that the system needs, and says what is wrong and what cures it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from celery import current_app
from django.conf import settings
from django.db import connection
from kombu.exceptions import OperationalError as BrokerError

from ingestion.models import HeldCallback, QueueItem
from smsmonitor import queues, requirements
from storage import ids, partitions
from tracking import networks, places, spool

_CLOCK_WARNING = 2.0
_CLOCK_PROBLEM = 60.0
_LATE = timedelta(minutes=1)
_VERY_LATE = timedelta(minutes=10)
_LITTLE_SPACE = 1024**3
_NO_SPACE = 200 * 1024**2
# The batchers of callbacks and of links, and the spool's loader.
_CONNECTIONS_OF_WEB = 3
# Those of `worker` and of `sender`, and one to tell how far a preparation is.
_WORKERS = 2
_CONNECTIONS_OF_WORK = 1
# Beat, a person's shell, a monitor, a command.
_CONNECTIONS_BESIDE = 4


class State(StrEnum):
    """How well one thing is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Finding(NamedTuple):
    """One line of the doctor's: what was looked at, how it is, and what to do."""

    name: str
    state: State
    text: str
    cure: str = ""


def examine(*, at: datetime) -> Iterator[Finding]:
    """Yield one finding after the other; without a database, or its tables, some cannot be made."""
    yield _disk()
    yield _files()
    yield _server("cache", requirements.cache)
    yield _server("broker", requirements.broker)
    database = _server("database", requirements.database)
    yield database
    if database.state is State.PROBLEM:
        return
    yield _clock()
    yield _connections()
    migrations = _migrations()
    yield migrations
    if migrations.state is State.OK:
        yield _partitions(at)
        yield _backlog(at)
        yield _held()
        yield _spool()
    yield _workers()


def _server(name: str, ask: Callable[[], str]) -> Finding:
    try:
        return Finding(name, State.OK, f"answers: {ask()}")
    except requirements.NotMet as error:
        return Finding(name, State.PROBLEM, "does not serve", str(error))


def _disk() -> Finding:
    free = shutil.disk_usage(settings.SMSMONITOR_HOME).free
    state = _grade(free <= _LITTLE_SPACE, free <= _NO_SPACE)
    cure = "" if state is State.OK else f"Make space on the disk of {settings.SMSMONITOR_HOME}."
    return Finding("disk", state, f"{free // 1024**2} MB free", cure)


def _migrations() -> Finding:
    if number := requirements.open_migrations():
        cure = "Run `manage.py migrate`, or start with `make run`."
        return Finding("migrations", State.PROBLEM, f"{number} not applied", cure)
    return Finding("migrations", State.OK, "all applied")


def _clock() -> Finding:
    with connection.cursor() as cursor:
        before = datetime.now().astimezone()
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
        after = datetime.now().astimezone()
    middle = before + (after - before) / 2
    skew = abs((theirs - middle).total_seconds())
    state = _grade(skew > _CLOCK_WARNING, skew > _CLOCK_PROBLEM)
    cure = "" if state is State.OK else "Set both machines' clocks with NTP."
    return Finding("clock", state, f"{skew:.1f} s between database and this machine", cure)


def _connections() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int"
        )
        allowed = cursor.fetchone()[0]
    web = settings.WEB_WORKERS * (settings.WEB_THREADS + _CONNECTIONS_OF_WEB)
    work = settings.WORKER_CONCURRENCY * (_WORKERS + _CONNECTIONS_OF_WORK)
    needed = web + work + _CONNECTIONS_BESIDE
    text = f"{needed} needed at most, {allowed} allowed"
    if needed > allowed:
        cure = "Lower WEB_WORKERS, WEB_THREADS or WORKER_CONCURRENCY, or raise max_connections."
        return Finding("connections", State.PROBLEM, text, cure)
    return Finding("connections", State.OK, text)


def _partitions(at: datetime) -> Finding:
    missing = partitions.missing(at=at)
    strays = partitions.strays()
    if not missing and not strays:
        return Finding("partitions", State.OK, "made ahead, nothing outside them")
    text = f"{len(missing)} missing, rows outside every partition in {sorted(strays) or 'no table'}"
    state = State.PROBLEM if strays else State.WARNING
    return Finding("partitions", state, text, "Run `manage.py maintain_partitions`.")


def _files() -> Finding:
    """Look at what the operator supplied for clicks."""
    for name, why in (
        ("COUNTRY_DATABASE", places.fault(settings.COUNTRY_DATABASE)),
        ("DATA_CENTRES_FILE", networks.fault(settings.DATA_CENTRES_FILE)),
    ):
        if why:
            cure = f"Correct the file that {name} names, or leave the variable out."
            return Finding("clicks", State.WARNING, f"{name} cannot be used: {why}", cure)
    return Finding("clicks", State.OK, "files for clicks: can be used, or none are named")


def _backlog(at: datetime) -> Finding:
    waiting = QueueItem.objects.order_by("entry_id").values_list("entry_id", flat=True)
    oldest = waiting.first()
    if oldest is None:
        return Finding("backlog", State.OK, "no callback waits")
    age = max(at - ids.time_of(oldest), timedelta(0))
    state = _grade(age > _LATE, age > _VERY_LATE)
    text = f"{waiting.count()} callbacks wait, the oldest for {age.total_seconds():.0f} s"
    cure = "" if state is State.OK else "See whether the worker runs and what it logs."
    return Finding("backlog", state, text, cure)


def _held() -> Finding:
    dead = HeldCallback.objects.filter(state=HeldCallback.State.DEAD).count()
    parked = HeldCallback.objects.filter(state=HeldCallback.State.PARKED).count()
    text = f"{dead} dead, {parked} parked"
    if dead:
        cure = "Retry or discard them at /callbacks/health/."
        return Finding("callbacks", State.WARNING, text, cure)
    return Finding("callbacks", State.OK, text)


def _spool() -> Finding:
    megabytes = spool.size() >> 20
    if not spool.is_waiting():
        return Finding("spool", State.OK, "no click waits on this machine's disk")
    text = f"{megabytes} of {settings.CLICK_SPOOL_MB} MB of clicks wait on this machine's disk"
    state = _grade(megabytes * 2 > settings.CLICK_SPOOL_MB, megabytes >= settings.CLICK_SPOOL_MB)
    cure = "" if state is State.OK else "See whether the worker runs and what it logs."
    return Finding("spool", state, text, cure)


def _workers() -> Finding:
    try:
        answers = current_app.control.ping(timeout=1.0)
    except (BrokerError, OSError):
        cure = "See broker."
        return Finding("queues", State.PROBLEM, "nobody can be asked", cure)
    if not answers:
        cure = f"Start `make run`, or a worker for the queues {', '.join(queues.NAMES)}."
        return Finding("queues", State.WARNING, "no worker answers", cure)
    return Finding("queues", State.OK, f"{len(answers)} worker answers")


def _grade(warning: bool, problem: bool) -> State:  # noqa: FBT001 - two answers, one grade
    if problem:
        return State.PROBLEM
    return State.WARNING if warning else State.OK
