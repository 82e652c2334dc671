"""The journal: every line is chained to the one before it, and a head says where it ends."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction

from deliveries import seals
from deliveries.models import AuditEvent, Delivery, JournalHead

INFO = AuditEvent.Level.INFO
WARNING = AuditEvent.Level.WARNING
ERROR = AuditEvent.Level.ERROR
# The journal of what concerns no single delivery.
SYSTEM = 0


@transaction.atomic
def write(
    *,
    delivery: Delivery | None,
    code: str,
    text: str,
    at: datetime,
    level: str = INFO,
    by: AbstractBaseUser | None = None,
) -> AuditEvent:
    """Add a line to the journal of a delivery, or of the system where there is none.

    text must hold no address: an erasure never touches the journal.  Writers of one chain wait
    for each other.
    """
    delivery_id = delivery.pk if delivery else None
    hold(delivery_id or SYSTEM)
    head = _head(delivery_id or SYSTEM)
    last = AuditEvent.objects.filter(delivery=delivery).order_by("-id").first()
    event = AuditEvent(
        delivery_id=delivery_id,
        at=at,
        level=level,
        code=code,
        text=text[:500],
        actor=by.get_username() if by else "",
        actor_id=by.pk if by else None,
        previous_hash=bytes(last.hash) if last else b"",
    )
    event.hash = seals.of_line(event, secret=settings.SECRET_KEY)
    event.save(force_insert=True)
    _advance(head, event)
    return event


def has(*, delivery: Delivery, code: str) -> bool:
    """Tell whether the journal of a delivery has a line with a code."""
    return AuditEvent.objects.filter(delivery=delivery, code=code).exists()


def _advance(head: JournalHead, line: AuditEvent) -> None:
    """Let the head of a journal say that it ends with this line."""
    if head.chain != SYSTEM and not head.lines:
        head.number = _register()
    head.lines += 1
    head.last_hash = line.hash
    _sealed(head).save()


def _register() -> int:
    """Return the number of a new journal: without a gap, so that one that is gone is missed."""
    hold(SYSTEM)
    system = _head(SYSTEM)
    system.journals += 1
    _sealed(system).save()
    return system.journals


def _head(chain: int) -> JournalHead:
    """Return the head of a journal; one without lines where nothing was written yet."""
    found = JournalHead.objects.filter(pk=chain).first()
    return found or JournalHead(chain=chain, number=0, last_hash=b"")


def _sealed(head: JournalHead) -> JournalHead:
    head.seal = seals.of_head(head, secret=settings.SECRET_KEY)
    return head


def hold(chain: int) -> None:
    """Let nobody else write to a journal until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('journal', %s))", [chain])
