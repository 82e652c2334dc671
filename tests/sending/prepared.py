"""Deliveries as a preparation leaves them: messages that are pending, each with its turn."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection

from deliveries import counters
from deliveries.models import Delivery, Message
from ingestion import accounts
from messaging.statuses import DeliveryStatus
from providers.models import ProviderAccount
from sending.models import Outgoing
from tests import records

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TEXT = "Hello {}"


def account(kind: str = "simulator", **credentials: Any) -> ProviderAccount:
    """Make an account that can send."""
    made = accounts.create(
        name=f"Account {ProviderAccount.objects.count() + 1}",
        kind=kind,
        credentials=credentials,
        by=None,
        at=NOW,
    )
    made.refresh_from_db()
    return made


def delivery(messages: int = 3, **fields: Any) -> Delivery:
    """Make a delivery that is ready, with messages to hand over."""
    if "account" not in fields:
        fields["account"] = account()
    made = records.delivery(**{"status": DeliveryStatus.READY, "sender": "AURORA"} | fields)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH made AS (
                INSERT INTO deliveries_message
                       (id, delivery_id, channel, address, recipient, status, failure_type, reason,
                        evidence, contradicted, provider_code, text, segments, currency, country,
                        network, changed_at)
                SELECT next_id(), %s, 'sms', '+39333' || lpad(number::text, 7, '0'), '', 0, 0, 0,
                       0, false, '', '', 1, '', 'IT', '', now()
                  FROM generate_series(1, %s) AS number
                RETURNING id, address)
            INSERT INTO sending_outgoing
                   (message_id, delivery_id, line, position, text, state, attempts, last_error)
            SELECT id, %s, row_number() OVER (ORDER BY id), row_number() OVER (ORDER BY id),
                   'Hello ' || address, 0, 0, '' FROM made
            """,
            [made.pk, messages, made.pk],
        )
    one = Message.objects.filter(delivery=made).first()
    if one is not None:
        records_of = records.record.messages(ids=[one.pk], lock=False)[one.pk].counted()
        counters.add(
            {figure: value * messages for figure, value in counters.of_message(records_of)}
        )
    return made


def states(of: Delivery) -> list[str]:
    """Return how far each message of a delivery has come, in their turn."""
    rows = Outgoing.objects.filter(delivery=of).order_by("position")
    return [Outgoing.State(row.state).name.lower() for row in rows]
