"""Topics that ask to be subscribed to an account's address: kept, and confirmed by a click only."""

from collections.abc import Sequence

from ingestion.reading import Asked
from storage import rows


def keep(asked: Sequence[Asked]) -> None:
    """Store what was asked; what was asked before is there already."""
    rows.put(
        """
        INSERT INTO ingestion_subscription (account_id, topic, token, ended, received_at)
        VALUES %s ON CONFLICT DO NOTHING
        """,
        [
            (
                item.entry.account_id,
                item.report.topic,
                item.report.token,
                item.report.ended,
                item.entry.received_at,
            )
            for item in asked
        ],
    )
