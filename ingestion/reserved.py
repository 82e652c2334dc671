"""Ids that a registration names since the links of its messages were made for them."""

from django.db import connection
from django.utils.translation import gettext as _

from ingestion.lines import BadLine
from storage import rows
from tracking import clicks, outside, proofs


def not_reserved() -> BadLine:
    """Return what is wrong with a line whose message is none of these."""
    text = _("This is no message that links of this delivery were made for, or it is registered.")
    return BadLine("message", text)


def others(*, delivery_id: int) -> list[int]:
    """Take lines out of `registered_message` whose ids are not reserved; return their numbers.

    Of several that name the same id the first one has it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reserved, min(line) FROM registered_message"
            " WHERE reserved IS NOT NULL GROUP BY reserved"
        )
        first: dict[int, int] = dict(cursor.fetchall())
        if not first:
            return []
        good = outside.are_reserved(list(first), delivery_id=delivery_id)
        cursor.execute(
            "DELETE FROM registered_message WHERE reserved IS NOT NULL"
            " AND NOT line = ANY(%s::integer[]) RETURNING line",
            [rows.array([line for message, line in first.items() if message in good])],
        )
        return sorted(row[0] for row in cursor.fetchall())


def hear_clicks() -> None:
    """Have clicks that came before their messages of `registered_message` judged and heard again.

    Only now something is known of the way of these messages, and there is one to be proven.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM registered_message WHERE reserved IS NOT NULL")
        message_ids = [row[0] for row in cursor.fetchall()]
    proofs.ask(clicks.ask_again(message_ids))
