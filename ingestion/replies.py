"""Messages that handsets send back."""

from collections.abc import Sequence

from ingestion.reading import Reply
from storage import rows


def keep(replies: Sequence[Reply]) -> None:
    """Store replies; one that was posted before is there already."""
    rows.put(
        """
        INSERT INTO ingestion_inboundmessage
               (account_id, provider_id, address, recipient, text, keyword, at, entry_id,
                action)
        VALUES %s ON CONFLICT DO NOTHING
        """,
        [
            (
                reply.entry.account_id,
                reply.report.provider_message_id,
                reply.report.address,
                reply.report.recipient,
                reply.report.text,
                reply.report.keyword,
                reply.report.occurred_at or reply.entry.received_at,
                reply.entry.id,
            )
            for reply in replies
        ],
        template="(%s, %s, %s, %s, %s, %s, %s, %s, '')",
    )
