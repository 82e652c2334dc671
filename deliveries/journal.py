"""The journal: every line is chained to the one before it with a keyed hash."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction

from deliveries.models import AuditEvent, Delivery

INFO = AuditEvent.Level.INFO
WARNING = AuditEvent.Level.WARNING
ERROR = AuditEvent.Level.ERROR


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
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('journal', %s))", [delivery_id or 0]
        )
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
    event.hash = seal(event, secret=settings.SECRET_KEY)
    event.save(force_insert=True)
    return event


def seal(event: AuditEvent, *, secret: str) -> bytes:
    """Return the keyed hash (32 bytes) over a line and the hash of the line before it."""
    said = json.dumps(
        [
            event.delivery_id,
            event.at.astimezone(UTC).isoformat(),
            event.level,
            event.code,
            event.text,
            event.actor,
            event.actor_id,
        ]
    )
    key = hashlib.sha256(b"journal" + secret.encode()).digest()
    return hmac.digest(key, bytes(event.previous_hash) + said.encode(), "sha256")


def first_broken(*, delivery: Delivery | None) -> AuditEvent | None:
    """Return the first line that was changed or whose predecessor is gone; None if all stand."""
    secrets = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    previous = b""
    for event in AuditEvent.objects.filter(delivery=delivery).order_by("id").iterator():
        genuine = any(
            hmac.compare_digest(seal(event, secret=secret), bytes(event.hash)) for secret in secrets
        )
        if not genuine or bytes(event.previous_hash) != previous:
            return event
        previous = bytes(event.hash)
    return None
