"""Files that people give: kept in pieces, looked at to choose columns, and read by a worker."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from deliveries.models import Delivery
from messaging import sheets
from sending import beside, layout, recipients, sentences
from sending.layout import BadFile, Layout, Preview
from sending.models import Upload, UploadPiece
from sending.recipients import NotTargetable

log = structlog.get_logger(__name__)

# A file whose columns nobody chooses holds addresses for nothing.
KEPT_FOR = timedelta(days=1)
SHOWN = 20


class TooBig(BadFile):
    """The file is larger than what a browser should carry."""


MOST_BYTES = 512 << 20


@transaction.atomic
def keep(
    *,
    delivery_id: int,
    name: str,
    chunks: Iterable[bytes],
    by: AbstractBaseUser | None,
    at: datetime,
) -> Upload:
    """Keep a file until its columns are chosen; raise NotTargetable or BadFile."""
    recipients.refuse_unless_open(Delivery.objects.get(pk=delivery_id))
    upload = Upload.objects.create(
        delivery_id=delivery_id,
        name=name[:200],
        state=Upload.State.GIVEN,
        made_at=at,
        made_by_id=by.pk if by else None,
    )
    for number, data in enumerate(chunks):
        upload.size += len(data)
        if upload.size > MOST_BYTES:
            raise TooBig(_("A file has at most 512 MB: use the API for a larger one."))
        UploadPiece.objects.create(upload=upload, number=number, data=data)
    # So that what cannot be read is told at once.
    look(upload, told={})
    upload.save(update_fields=["size"])
    return upload


def look(upload: Upload, *, told: Mapping[str, str]) -> tuple[Layout, Preview]:
    """Return how a file seems to be laid out, and its first rows; raise BadFile."""
    return layout.look(_sample(upload), told=told, channel=upload.delivery.channel)


def _sample(upload: Upload) -> bytes:
    first = upload.pieces.order_by("number").first()
    return bytes(first.data[: sheets.SAMPLE]) if first else b""


@transaction.atomic
def ask(*, upload_id: int, told: Mapping[str, str], mode: str) -> None:
    """Have a worker read a file whose columns are chosen; raise BadFile or NotTargetable."""
    upload = Upload.objects.select_for_update().get(pk=upload_id)
    delivery = Delivery.objects.select_for_update().get(pk=upload.delivery_id)
    recipients.refuse_unless_open(delivery)
    if upload.state != Upload.State.GIVEN:
        raise NotTargetable(_("This file was taken in already."))
    if Upload.objects.filter(
        delivery=delivery, state__in=(Upload.State.QUEUED, Upload.State.RUNNING)
    ).exists():
        raise NotTargetable(_("Other recipients are being read: wait until that is done."))
    upload.layout = layout.find(_sample(upload), told=told, channel=delivery.channel)._asdict()
    upload.mode = mode
    upload.state = Upload.State.QUEUED
    upload.save(update_fields=["layout", "mode", "state"])


def discard(*, upload_id: int) -> None:
    """Forget a file whose columns were not chosen."""
    Upload.objects.filter(pk=upload_id, state=Upload.State.GIVEN).delete()


def of_delivery(*, delivery_id: int) -> list[Upload]:
    """Return the last files of a delivery, newest first, without their bad lines."""
    found = Upload.objects.filter(delivery_id=delivery_id).exclude(state=Upload.State.GIVEN)
    return list(found.select_related("made_by").defer("bad").order_by("-id")[:SHOWN])


def work(*, at: datetime) -> int:
    """Read the files that wait for a worker; return how many."""
    Upload.objects.filter(state=Upload.State.GIVEN, made_at__lt=at - KEPT_FOR).delete()
    waiting = Upload.objects.filter(state__in=(Upload.State.QUEUED, Upload.State.RUNNING))
    return sum(run(upload_id=pk) for pk in waiting.order_by("id").values_list("id", flat=True))


def run(*, upload_id: int) -> bool:
    """Read one file to its end; False where another worker does."""
    with beside.connected() as other:
        try:
            with transaction.atomic():
                return _read(upload_id, other)
        except OperationalError:
            # The database is away, or gives way to somebody: the row stays, and is found again.
            raise
        except Exception as error:
            if not isinstance(error, NotTargetable):
                log.exception("a file of recipients could not be read", upload=upload_id)
            known = isinstance(error, NotTargetable)
            said = str(error) if known else sentences.UNFORESEEN
            Upload.objects.filter(pk=upload_id).update(
                state=Upload.State.FAILED, error=said[:500], ended_at=timezone.now()
            )
            UploadPiece.objects.filter(upload_id=upload_id).delete()
    return True


def _read(upload_id: int, other: beside.Beside) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('upload', %s))", [upload_id]
        )
        if not cursor.fetchone()[0]:
            return False
    upload = Upload.objects.select_related("made_by").get(pk=upload_id)
    if upload.state not in (Upload.State.QUEUED, Upload.State.RUNNING):
        return False
    recipients.reserve(upload.delivery_id)
    stream = _Pieces(upload_id, other)
    found = layout.of_json(upload.layout)

    def told(_lines: int) -> None:
        other.ask(
            "UPDATE sending_upload SET state = %s, done = %s WHERE id = %s RETURNING id",
            [Upload.State.RUNNING, stream.taken, upload_id],
        )

    taken, offset = recipients.fill(upload.delivery_id, stream, found, mode=upload.mode, told=told)
    at = timezone.now()
    values: dict[str, Any] = recipients.counts(taken)
    Upload.objects.filter(pk=upload_id).update(
        state=Upload.State.DONE, offset=offset, done=stream.taken, ended_at=at, **values
    )
    UploadPiece.objects.filter(upload_id=upload_id).delete()
    recipients.note(upload.delivery_id, taken, mode=upload.mode, by=upload.made_by, at=at)
    return True


class _Pieces:
    """The file of an upload, read over the connection beside: on its own a COPY goes on."""

    def __init__(self, upload_id: int, other: beside.Beside) -> None:
        self.upload_id = upload_id
        self.other = other
        self.number = 0
        self.rest = b""
        self.taken = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, at most a piece."""
        if not self.rest:
            found = self.other.ask(
                "SELECT data FROM sending_uploadpiece WHERE upload_id = %s AND number = %s",
                [self.upload_id, self.number],
            )
            self.number += 1
            self.rest = bytes(found[0]) if found else b""
        data, self.rest = self.rest[:size], self.rest[size:]
        self.taken += len(data)
        return data
