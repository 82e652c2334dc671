"""Reading and writing messages and events in batches: each function is one statement."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from deliveries import latency
from deliveries.counters import Counted
from deliveries.merge import Outcome, Said
from messaging.addresses import prefix
from messaging.evidence import proven
from messaging.failures import FailureType, Reason
from messaging.statuses import IN_PROGRESS, PROCESSED, Evidence, MessageStatus
from storage import rows


def minute(at: datetime | None) -> datetime | None:
    """Return the minute that holds this time."""
    return at and at.replace(second=0, microsecond=0)


class Standing(NamedTuple):
    """A message as it stands, in the order of STANDING_COLUMNS."""

    id: int
    delivery_id: int
    channel: str
    address: str
    status: int
    failure_type: int
    reason: int
    qualification_id: int | None
    evidence: int
    contradicted: bool
    code: str
    text: str
    segments: int
    price: Decimal | None
    currency: str
    country: str
    network: str
    accepted_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    changed_at: datetime

    def counted(self) -> Counted:
        """Return what counters look at."""
        return Counted(
            self.delivery_id,
            self.status,
            self.failure_type,
            self.reason,
            self.qualification_id,
            self.segments,
            self.price,
            self.currency,
            self.country,
            self.network,
            minute(self.accepted_at),
            minute(self.sent_at),
            minute(self.delivered_at),
            minute(self.failed_at),
            self.evidence if self.status == MessageStatus.DELIVERED else Evidence.NONE,
            latency.place(self.accepted_at, self.delivered_at),
            prefix(self.address) if self.status in PROCESSED else "",
        )

    def unheard(self) -> "Standing":
        """Return the message as it was before anything was reported of it."""
        return self._replace(
            status=int(MessageStatus.ACCEPTED),
            failure_type=int(FailureType.UNDEFINED),
            reason=int(Reason.UNDEFINED),
            qualification_id=None,
            evidence=int(Evidence.NONE),
            contradicted=False,
            code="",
            text="",
            price=None,
            currency="",
            network="",
            sent_at=None,
            delivered_at=None,
            failed_at=None,
        )

    def after(self, outcome: Outcome, *, at: datetime) -> "Standing":
        """Return the message as its events' outcome leaves it; `at` where its status moves.

        One that was given up as unknown stays so until something final is said of it.
        """
        if self.status == MessageStatus.UNKNOWN and outcome.status in IN_PROGRESS:
            outcome = outcome._replace(status=self.status)
        moved = outcome[:3] != (self.status, self.failure_type, self.reason)
        return Standing(
            self.id,
            self.delivery_id,
            self.channel,
            self.address,
            outcome.status,
            outcome.failure_type,
            outcome.reason,
            outcome.qualification_id,
            proven(outcome.evidence, country=self.country),
            outcome.contradicted,
            outcome.code,
            outcome.text,
            self.segments if outcome.segments is None else outcome.segments,
            outcome.price,
            outcome.currency,
            self.country,
            outcome.network,
            self.accepted_at,
            outcome.sent_at,
            outcome.delivered_at,
            outcome.failed_at,
            at if moved else self.changed_at,
        )


class Event(NamedTuple):
    """An event as it is stored, in the order of EVENT_COLUMNS."""

    message_id: int
    digest: bytes
    provider_id: str
    part: int
    parts: int
    attempt: int
    status: int | None
    failure_type: int
    reason: int
    qualification_id: int | None
    evidence: int
    code: str
    text: str
    segments: int | None
    price: Decimal | None
    currency: str
    network: str
    stated_at: datetime | None
    occurred_at: datetime | None
    received_at: datetime
    moved: bool
    entry_id: int | None

    def said(self) -> Said:
        """Return what the merge looks at."""
        return Said(
            self.digest,
            self.part,
            self.parts,
            self.attempt,
            self.status,
            self.failure_type,
            self.reason,
            self.qualification_id,
            self.evidence,
            self.code,
            self.text,
            self.segments,
            self.price,
            self.currency,
            self.network,
            self.stated_at,
            self.occurred_at or self.received_at,
        )


STANDING_COLUMNS = ", ".join(
    "provider_code" if name == "code" else name for name in Standing._fields
)
EVENT_COLUMNS = ", ".join("provider_code" if name == "code" else name for name in Event._fields)
CHANGING = {
    "status": "smallint",
    "failure_type": "smallint",
    "reason": "smallint",
    "qualification_id": "bigint",
    "evidence": "smallint",
    "contradicted": "boolean",
    "code": "text",
    "text": "text",
    "segments": "smallint",
    "price": "numeric",
    "currency": "text",
    "network": "text",
    "sent_at": "timestamptz",
    "delivered_at": "timestamptz",
    "failed_at": "timestamptz",
    "changed_at": "timestamptz",
}
EVENT_TYPES = [
    "bigint",
    "bytea",
    "text",
    "smallint",
    "smallint",
    "smallint",
    "smallint",
    "smallint",
    "smallint",
    "bigint",
    "smallint",
    "text",
    "text",
    "smallint",
    "numeric",
    "text",
    "text",
    "timestamptz",
    "timestamptz",
    "timestamptz",
    "boolean",
    "bigint",
]


def messages(*, ids: Collection[int], lock: bool) -> dict[int, Standing]:
    """Read messages by id, locked in the order of their keys where that is asked for."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {STANDING_COLUMNS} FROM deliveries_message "
            f"WHERE id = ANY(%s::bigint[]) AND id BETWEEN %s AND %s "
            f"ORDER BY id {'FOR UPDATE' if lock else ''}",
            [rows.array(ids), min(ids), max(ids)],
        )
        return {row[0]: Standing._make(row) for row in cursor.fetchall()}


def events(*, message_ids: Collection[int]) -> dict[int, dict[bytes, Event]]:
    """Read all events of these messages, by message and digest."""
    found: dict[int, dict[bytes, Event]] = {identifier: {} for identifier in message_ids}
    if not message_ids:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {EVENT_COLUMNS} FROM deliveries_messageevent "
            f"WHERE message_id = ANY(%s::bigint[]) AND message_id BETWEEN %s AND %s",
            [rows.array(message_ids), min(message_ids), max(message_ids)],
        )
        for row in cursor:
            digest = bytes(row[1])
            found[row[0]][digest] = Event(row[0], digest, *row[2:])
    return found


def add_events(added: Sequence[Event]) -> None:
    """Insert events; one that is there already stays as it is."""
    if not added:
        return
    arrays = ", ".join(f"%s::{kind}[]" for kind in EVENT_TYPES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO deliveries_messageevent ({EVENT_COLUMNS}) "
            f"SELECT * FROM unnest({arrays}) ON CONFLICT (message_id, digest) DO NOTHING",
            rows.arrays(added),
        )


def remove_events(keys: Sequence[tuple[int, bytes]]) -> None:
    """Delete events by message and digest: a replay puts others in their place."""
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM deliveries_messageevent event "
            "USING unnest(%s::bigint[], %s::bytea[]) AS gone(message_id, digest) "
            "WHERE event.message_id = gone.message_id AND event.digest = gone.digest",
            rows.arrays(keys),
        )


def change(changed: Sequence[Standing]) -> None:
    """Write back messages whose standing has changed."""
    if not changed:
        return
    columns = [name if name != "code" else "provider_code" for name in CHANGING]
    arrays = ", ".join(f"%s::{kind}[]" for kind in CHANGING.values())
    places = [Standing._fields.index(name) for name in CHANGING]
    values = [(row[0], *[row[place] for place in places]) for row in changed]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE deliveries_message message "
            f"SET {', '.join(f'{name} = new.{name}' for name in columns)} "
            f"FROM unnest(%s::bigint[], {arrays}) AS new(id, {', '.join(columns)}) "
            f"WHERE message.id = new.id AND message.id BETWEEN %s AND %s",
            [
                *rows.arrays(values),
                min(row.id for row in changed),
                max(row.id for row in changed),
            ],
        )
