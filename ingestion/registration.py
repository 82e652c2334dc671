"""Registering messages that another system has sent: streamed, set-based, in one transaction."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils.translation import gettext as _

from deliveries import counters, journal
from deliveries.models import Delivery, Message
from ingestion import held, lines, matching, reserved
from ingestion.doorbell import doorbell
from ingestion.lines import BadLine, Line
from messaging import segments
from messaging.channels import Channel
from messaging.failures import FailureType, Reason
from messaging.statuses import DeliveryStatus, MessageStatus, stands
from messaging.streams import Stream
from storage import rows

MOST_SHOWN = 1_000
REGISTRABLE = (
    DeliveryStatus.EDITING,
    DeliveryStatus.READY,
    DeliveryStatus.IN_PROGRESS,
    DeliveryStatus.PAUSED,
    DeliveryStatus.FINISHED,
)


class NotRegistrable(Exception):
    """The delivery takes no messages any more."""


@dataclass(slots=True)
class Registered:
    """How a registration went; `rejected` holds the first ones, each with line, field, detail."""

    registered: int = 0
    already: int = 0
    rejected: list[dict[str, str | int]] = field(default_factory=list)
    rejected_count: int = 0

    def reject(self, number: int, error: BadLine) -> None:
        """Remember a line that was not registered, and why."""
        self.rejected_count += 1
        if len(self.rejected) < MOST_SHOWN:
            self.rejected.append({"line": number, "field": error.field, "detail": error.detail})


@transaction.atomic
def register(
    *, delivery_id: int, stream: Stream, by: AbstractBaseUser | None, at: datetime
) -> Registered:
    """Register the messages of a body, all or none.

    The body is read while it comes and costs no more memory for being long.  Raises
    Delivery.DoesNotExist, NotRegistrable, and lines.BadBody where the body cannot be read.
    """
    delivery = Delivery.objects.get(pk=delivery_id)
    _refuse_unless_open(delivery)
    result = Registered()
    _copy(_checked(stream, delivery.channel, result), at=at)
    # Only now, so that a slow sender keeps nobody waiting.
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    _refuse_unless_open(delivery)
    given = _sort_out(delivery, at=at)
    for line in reserved.others(delivery_id=delivery.pk):
        result.reject(line, reserved.not_reserved())
        given -= 1
    _refuse_ids_before(delivery)
    result.registered = _insert(delivery, at=at)
    result.already = given - result.registered
    if result.registered:
        _count(delivery)
        _start(delivery, result.registered, by=by, at=at)
        reserved.hear_clicks()
        if held.release_for(account_id=delivery.account_id, table="registered_reference"):
            transaction.on_commit(doorbell.ring)
    _clear()
    return result


def _refuse_unless_open(delivery: Delivery) -> None:
    waiting = Message.objects.filter(delivery=delivery, status=MessageStatus.PENDING)
    if not delivery.is_started and waiting.filter(pk__gte=delivery.pk).exists():
        raise NotRegistrable(
            _("The delivery has messages of its own to send: register others with another one.")
        )
    if delivery.status not in REGISTRABLE or delivery.archived_at:
        raise NotRegistrable(
            _("%(stands)s: it takes no more messages.") % {"stands": stands(delivery.status)}
        )


def _checked(stream: Stream, channel: str, result: Registered) -> Iterator[Line]:
    for number, given in lines.objects(stream):
        try:
            yield lines.check(number, given, channel=channel)
        except BadLine as error:
            result.reject(number, error)


def _copy(checked: Iterator[Line], *, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE registered_line (
                line integer, address text COLLATE "C", country text, recipient text,
                provider_ids text[] COLLATE "C", accepted_at timestamptz, reserved bigint
            ) ON COMMIT DROP
            """
        )
    rows.copy(
        "registered_line",
        ("line", "address", "country", "recipient", "provider_ids", "accepted_at", "reserved"),
        (
            (
                line.number,
                line.address,
                line.country,
                line.recipient,
                rows.array(line.provider_ids),
                min(line.sent_at or at, at).isoformat(),
                line.message_id,
            )
            for line in checked
        ),
    )


def _sort_out(delivery: Delivery, *, at: datetime) -> int:
    """Set apart what is new, with an id for each; return how many lines there were."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registered_line")
        # Two registrations at once must see each other's ids.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('registration', %s))",
            [delivery.account_id],
        )
        cursor.execute(
            """
            CREATE TEMPORARY TABLE registered_message ON COMMIT DROP AS
            SELECT coalesce(fresh.reserved, next_id()) AS id, fresh.* FROM (
                SELECT DISTINCT ON (provider_ids[1], address) *
                  FROM registered_line given
                 WHERE NOT EXISTS (
                       SELECT 1 FROM deliveries_providerreference reference
                         JOIN deliveries_message message ON message.id = reference.message_id
                        WHERE reference.account_id = %s
                          AND reference.provider_id = given.provider_ids[1]
                          AND reference.message_id >= %s
                          AND message.address = given.address)
                 ORDER BY provider_ids[1], address, line
            ) AS fresh ORDER BY line
            """,
            [delivery.account_id, matching.oldest_message_id(at=at)],
        )
        cursor.execute("SELECT count(*) FROM registered_line")
        given: int = cursor.fetchone()[0]
    return given


def _refuse_ids_before(delivery: Delivery) -> None:
    """Raise NotRegistrable where the database's clock has gone back to before the delivery.

    A message whose id is lower than its delivery's would be left out of every list of it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM registered_message")
        first = cursor.fetchone()[0]
    if first is not None and first <= delivery.pk:
        raise NotRegistrable(
            _("The clock of the database has gone back to before this delivery: try again later.")
        )


def _insert(delivery: Delivery, *, at: datetime) -> int:
    """Insert the new messages and their references; return how many messages."""
    is_sms = delivery.channel == Channel.SMS
    measured = segments.measure(delivery.content).segments if is_sms and delivery.content else 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO deliveries_message
                   (id, delivery_id, channel, address, recipient, status, failure_type, reason,
                    evidence, contradicted, provider_code, text, segments, currency, country,
                    network, accepted_at, changed_at)
            SELECT id, %s, %s, address, recipient, %s, %s, %s, 0, false, '', '',
                   CASE WHEN cardinality(provider_ids) > 1
                        THEN greatest(cardinality(provider_ids), %s) ELSE %s END,
                   '', country, '', accepted_at, %s
              FROM registered_message ORDER BY id
            """,
            [
                delivery.pk,
                delivery.channel,
                MessageStatus.ACCEPTED,
                FailureType.UNDEFINED,
                Reason.UNDEFINED,
                measured,
                measured,
                at,
            ],
        )
        inserted: int = cursor.rowcount
        cursor.execute(
            """
            CREATE TEMPORARY TABLE registered_reference ON COMMIT DROP AS
            SELECT id AS message_id, part.provider_id, part.number AS part,
                   cardinality(provider_ids) AS parts
              FROM registered_message,
                   unnest(provider_ids) WITH ORDINALITY AS part(provider_id, number)
            """
        )
        cursor.execute(
            """
            INSERT INTO deliveries_providerreference
                   (message_id, account_id, provider_id, part, parts, attempt)
            SELECT message_id, %s, provider_id, part, parts, 1 FROM registered_reference
            """,
            [delivery.account_id],
        )
    return inserted


def _count(delivery: Delivery) -> None:
    """Count the new messages as `counters.of_message` does, alike ones together."""
    deltas: Counter[counters.Figure] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT message.country, message.segments,
                   date_trunc('minute', message.accepted_at), count(*)
              FROM registered_message JOIN deliveries_message message USING (id)
             GROUP BY 1, 2, 3
            """
        )
        for country, measured, minute, count in cursor.fetchall():
            alike = counters.unheard(
                delivery.pk,
                status=MessageStatus.ACCEPTED,
                country=country,
                segments=measured,
                accepted_at=minute,
            )
            for figure, value in counters.of_message(alike):
                deltas[figure] += value * count
    counters.add(deltas)


def _clear() -> None:
    """Let the same transaction hold another registration."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE registered_line, registered_message, registered_reference")


def _start(
    delivery: Delivery, registered: int, *, by: AbstractBaseUser | None, at: datetime
) -> None:
    delivery.last_registered_at = at
    delivery.contact_date = delivery.contact_date or at
    delivery.started_at = delivery.started_at or at
    delivery.finished_at = None
    if delivery.status != DeliveryStatus.PAUSED:
        delivery.status = DeliveryStatus.IN_PROGRESS
    delivery.save(
        update_fields=[
            "last_registered_at",
            "contact_date",
            "started_at",
            "finished_at",
            "status",
            "modified_at",
        ]
    )
    text = f"{registered} messages registered."
    journal.write(delivery=delivery, code="DEL-1010", text=text, by=by, at=at)
