"""Posting what the simulated provider owes, and following links, at its time, at our own door."""

import time
from collections import defaultdict

import structlog
from django.db import connection, transaction
from django.utils import timezone

from ingestion.simulator import posting, visiting
from ingestion.simulator.posting import Line, Refused
from providers.models import ProviderAccount
from providers.sms import simulator

# A task gives way to others so often; the next one goes on.
LONGEST_SECONDS = 3.0
BATCH = 1_000
# What one callback holds: a body that our door takes.
AT_ONCE = 150

log = structlog.get_logger(__name__)


def settle(*, line: Line | None = None) -> int:
    """Post what is due, and follow links; return how many reports and visits were taken."""
    until = time.monotonic() + LONGEST_SECONDS
    posted = 0
    line = line or Line()
    try:
        while time.monotonic() < until:
            taken = _settle_some(line) + visiting.follow_some(line)
            posted += taken
            if not taken:
                break
    finally:
        line.close()
    return posted


@transaction.atomic
def _settle_some(line: Line) -> int:
    """Post a batch; what our door does not take stays owed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, account_id, item FROM ingestion_simulatedreport
             WHERE due_at <= %s ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            [timezone.now(), BATCH],
        )
        due: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for report_id, account_id, item in cursor.fetchall():
            due[account_id].append((report_id, item))
        taken = [
            report_id
            for account_id, owed in due.items()
            for report_id in _post(account_id, owed, line)
        ]
        cursor.execute("DELETE FROM ingestion_simulatedreport WHERE id = ANY(%s)", [taken])
    return len(taken)


def _post(account_id: int, owed: list[tuple[int, str]], line: Line) -> list[int]:
    """Return the reports that are settled: taken, or refused for good."""
    account = ProviderAccount.objects.get(pk=account_id)
    to = posting.door(account)
    settled: list[int] = []
    for start in range(0, len(owed), AT_ONCE):
        some = owed[start : start + AT_ONCE]
        try:
            if not line.takes(to, simulator.join(item for _id, item in some)):
                break
        except Refused as error:
            log.warning("simulated reports are refused", account=account_id, error=str(error))
        settled += [report_id for report_id, _item in some]
    return settled
