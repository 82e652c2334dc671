"""What the simulated provider still owes: planned reports that no event tells of yet.

The plan of a message is a function of its provider id, its address and when it was sent, so it is
made again from the rows after any interruption.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.db import connection

from deliveries import merge
from ingestion.simulator.patience import patiently
from messaging.reports import StatusReport
from messaging.statuses import IN_PROGRESS
from providers.simulation import PlannedReport, Profile, plan

PAGE = 1_000
# Accepted, sent and how it ended: after so many events of a final message nothing is owed.
WHOLE_STORY = 3


class _Row(NamedTuple):
    """A provider id of a message, and the digests of what was reported under it."""

    message_id: int
    provider_id: str
    address: str
    segments: int
    parts: int
    sent_at: datetime
    known: list[memoryview]


def reports(*, delivery_id: int, profile: Profile) -> Iterator[list[PlannedReport]]:
    """Yield what is owed of one delivery, message after message in the order of their keys.

    Reads page by page, so that memory does not grow with the delivery.
    """
    after = (0, "")
    while rows := patiently(partial(_page, delivery_id, after)):
        for row in rows:
            known = {bytes(digest) for digest in row.known}
            planned = plan(
                provider_message_id=row.provider_id,
                sent_at=row.sent_at,
                address=row.address,
                # The parts of a long message are reported on one by one.
                segments=1 if row.parts > 1 else max(row.segments, 1),
                profile=profile,
            )
            owed = [item for item in planned if _digest(item.report) not in known]
            if owed:
                yield owed
        after = (rows[-1].message_id, rows[-1].provider_id)


def _page(delivery_id: int, after: tuple[int, str]) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT message.id, reference.provider_id, message.address, message.segments,
                   reference.parts, message.accepted_at, event.known
              FROM deliveries_message message
              JOIN deliveries_providerreference reference ON reference.message_id = message.id
             CROSS JOIN LATERAL (
                   SELECT coalesce(array_agg(digest), '{}') AS known FROM deliveries_messageevent
                    WHERE message_id = message.id AND provider_id = reference.provider_id
                   ) AS event
             WHERE message.delivery_id = %s AND message.id >= greatest(%s, %s)
               AND reference.message_id >= greatest(%s, %s)
               AND (message.id, reference.provider_id) > (%s, %s)
               AND (message.status = ANY(%s) OR cardinality(event.known) < %s)
             ORDER BY message.id, reference.provider_id LIMIT %s
            """,
            [
                delivery_id,
                *(delivery_id, after[0]) * 2,
                *after,
                list(IN_PROGRESS),
                WHOLE_STORY,
                PAGE,
            ],
        )
        return [_Row._make(row) for row in cursor.fetchall()]


def _digest(report: StatusReport) -> bytes:
    return merge.digest(
        provider_id=report.provider_message_id,
        status=report.status,
        code=report.code,
        text=report.text,
        stated_at=report.occurred_at,
    )
