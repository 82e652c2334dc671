"""The target of a delivery: taken in from a file or a body, streamed, as a whole or not at all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from deliveries import journal
from deliveries.models import Delivery
from messaging import sheets
from messaging.statuses import DeliveryStatus, stands
from messaging.streams import Stream
from sending import layout, lines
from sending.layout import Layout
from sending.lines import BadLine
from sending.models import Recipient, Upload
from storage import rows

OPEN = (DeliveryStatus.EDITING, DeliveryStatus.READY)
MOST_SHOWN = 1_000
MOST_KEPT = 100_000
MOST_RECIPIENTS = 2_000_000_000
Told = Callable[[int], None]


class NotTargetable(Exception):
    """The delivery takes no recipients as things stand; the text says why."""


@dataclass(slots=True)
class Taken:
    """How a file was taken in: how many recipients, and the first bad lines of how many."""

    received: int = 0
    bad: list[dict[str, Any]] = field(default_factory=list)
    bad_count: int = 0

    def refuse(self, line: BadLine) -> None:
        """Remember a line that is no recipient."""
        self.bad_count += 1
        if len(self.bad) < MOST_KEPT:
            self.bad.append({"line": line.number, "detail": line.detail})

    @property
    def shown(self) -> list[dict[str, Any]]:
        """Return the bad lines that an answer carries."""
        return self.bad[:MOST_SHOWN]


class _Ahead:
    """A stream whose beginning was looked at."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.sample = b""
        while len(self.sample) < sheets.SAMPLE:
            more = stream.read(sheets.SAMPLE - len(self.sample))
            if not more:
                break
            self.sample += more
        self.rest = self.sample
        self.taken = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, the sample first."""
        if self.rest:
            data, self.rest = self.rest[:size], self.rest[size:]
        else:
            data = self.stream.read(size)
        self.taken += len(data)
        return data


@transaction.atomic
def take(
    *,
    delivery_id: int,
    stream: Stream,
    told: Mapping[str, str],
    mode: str,
    by: AbstractBaseUser | None,
    at: datetime,
) -> Taken:
    """Take in the recipients of a body; raise Delivery.DoesNotExist, NotTargetable or BadFile.

    told: see layout.find.  A line that is no recipient is told of, and the others are kept.
    """
    delivery = reserve(delivery_id)
    ahead = _Ahead(stream)
    found = layout.find(ahead.sample, told=told, channel=delivery.channel)
    taken, offset = fill(delivery_id, ahead, found, mode=mode)
    Upload.objects.create(
        delivery_id=delivery_id,
        state=Upload.State.DONE,
        mode=mode,
        layout=found._asdict(),
        size=ahead.taken,
        done=ahead.taken,
        offset=offset,
        made_at=at,
        made_by_id=by.pk if by else None,
        ended_at=at,
        **counts(taken),
    )
    note(delivery_id, taken, mode=mode, by=by, at=at)
    return taken


def counts(taken: Taken) -> dict[str, Any]:
    """Return what an upload keeps of how it went."""
    return {"received": taken.received, "bad_count": taken.bad_count, "bad": taken.bad}


def reserve(delivery_id: int) -> Delivery:
    """Let no other file be read into the target of a delivery meanwhile; raise NotTargetable."""
    delivery = Delivery.objects.get(pk=delivery_id)
    refuse_unless_open(delivery)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('target', %s))", [delivery_id]
        )
        if not cursor.fetchone()[0]:
            raise NotTargetable(_("Other recipients are being read: wait until that is done."))
    return delivery


def refuse_unless_open(delivery: Delivery) -> None:
    """Raise NotTargetable where a delivery takes no recipients."""
    if delivery.status == DeliveryStatus.TARGETING:
        raise NotTargetable(_("The delivery is being prepared: wait, or stop that first."))
    if delivery.status == DeliveryStatus.SCHEDULED:
        raise NotTargetable(_("The delivery is scheduled: pause it first, which takes that back."))
    if delivery.status not in OPEN or delivery.archived_at:
        raise NotTargetable(
            _("%(stands)s: its recipients can no longer be changed.")
            % {"stands": stands(delivery.status)}
        )


def fill(
    delivery_id: int, stream: Stream, found: Layout, *, mode: str, told: Told | None = None
) -> tuple[Taken, int]:
    """Copy the recipients of a file into the target; return how it went, and its offset.

    told: is told from time to time how many lines were read.
    """
    offset = 0
    if mode == Upload.Mode.REPLACE:
        Recipient.objects.filter(delivery_id=delivery_id).delete()
        Upload.objects.filter(delivery_id=delivery_id, state=Upload.State.DONE).delete()
    else:
        there = Recipient.objects.filter(delivery_id=delivery_id)
        offset = there.aggregate(last=Max("line"))["last"] or 0
    taken = Taken()
    read = _good(lines.read(stream, found), taken, told)
    rows.copy(
        "sending_recipient",
        ("delivery_id", "line", "address", "reference", "fields"),
        ((delivery_id, offset + line[0], *line[1:]) for line in read),
    )
    return taken, offset


def _good(
    read: Iterator[lines.Line | BadLine], taken: Taken, told: Told | None
) -> Iterator[lines.Line]:
    for number, line in enumerate(read):
        if told and not number % 20_000:
            told(number)
        if isinstance(line, BadLine):
            taken.refuse(line)
            continue
        taken.received += 1
        yield line


def note(
    delivery_id: int, taken: Taken, *, mode: str, by: AbstractBaseUser | None, at: datetime
) -> None:
    """Write down that the target has changed: a target that was ready has to be prepared anew."""
    # Only now, so that a slow sender keeps nobody waiting.
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    refuse_unless_open(delivery)
    delivery.status = DeliveryStatus.EDITING
    delivery.save(update_fields=["status", "modified_at"])
    what = "replaced by" if mode == Upload.Mode.REPLACE else "added"
    text = f"Recipients {what}: {taken.received}; {taken.bad_count} bad lines."
    level = journal.WARNING if taken.bad_count else journal.INFO
    journal.write(delivery=delivery, code="DEL-1005", text=text, level=level, by=by, at=at)


def count(*, delivery_id: int) -> int:
    """Return how many recipients the target has."""
    done = Upload.objects.filter(delivery_id=delivery_id, state=Upload.State.DONE)
    total: int = done.aggregate(total=Sum("received"))["total"] or 0
    return total


@transaction.atomic
def clear(*, delivery_id: int, by: AbstractBaseUser | None, at: datetime) -> None:
    """Remove all recipients; raise NotTargetable."""
    reserve(delivery_id)
    Recipient.objects.filter(delivery_id=delivery_id).delete()
    Upload.objects.filter(delivery_id=delivery_id).exclude(
        state__in=(Upload.State.QUEUED, Upload.State.RUNNING)
    ).delete()
    note(delivery_id, Taken(), mode=Upload.Mode.REPLACE, by=by, at=at)
