"""Inbound messages as people see them: with what they answer, and how their address stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from deliveries.models import Delivery
from ingestion.models import InboundMessage, InboxEntry
from quarantine import standings
from quarantine.standings import Denied


@dataclass(frozen=True, slots=True)
class InboundRow:
    """One inbound message.

    delivery: that of the message it answers, None where it answers none; denied: how its address
    is denylisted now, None where it is not or is not to be shown; has_raw: whether the callback
    that brought it is still kept.
    """

    reply: InboundMessage
    delivery: Delivery | None
    denied: Denied | None
    has_raw: bool


def of(replies: Sequence[InboundMessage], *, with_standing: bool) -> list[InboundRow]:
    """Put beside each what belongs to it, with a query for each kind."""
    deliveries = Delivery.objects.only("label", "code").in_bulk(
        {reply.delivery_id for reply in replies if reply.delivery_id}
    )
    entries = {reply.entry_id for reply in replies}
    kept = set(InboxEntry.objects.filter(pk__in=entries).values_list("pk", flat=True))
    known = standings.denied({reply.address for reply in replies}) if with_standing else {}
    return [
        InboundRow(
            reply=reply,
            delivery=deliveries.get(reply.delivery_id or 0),
            denied=known.get(reply.address),
            has_raw=reply.entry_id in kept,
        )
        for reply in replies
    ]
