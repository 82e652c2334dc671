"""A message's story for people: what each event means, how late it came, why it moved nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from dashboard import explanations
from deliveries import story
from deliveries.models import MessageEvent
from deliveries.story import Story
from ingestion.models import InboxEntry
from messaging.statuses import MessageStatus
from providers.codes import UNLISTED, Explanation


@dataclass(frozen=True, slots=True)
class Line:
    """One event as its page shows it.

    delay: from the provider's time to our reception, None where the provider gives no time that
    can be true.  meaning: what the code says in plain words, None where there is nothing to say.
    why_still: why the status did not move; empty where it did.  has_raw: whether the callback that
    brought it is still kept.
    """

    event: MessageEvent
    delay: timedelta | None
    meaning: Explanation | None
    why_still: str
    has_raw: bool


def of(told: Story) -> list[Line]:
    """Explain a story line by line, with one query."""
    events = [line.event for line in told.events]
    reasons = explanations.why_still(events, channel=told.message.channel)
    kept = _kept({event.entry_id for event in events if event.entry_id})
    return [
        Line(
            event=line.event,
            delay=_delay(line.event),
            meaning=_meaning(line),
            why_still=reason,
            has_raw=line.event.entry_id in kept,
        )
        for line, reason in zip(told.events, reasons, strict=True)
    ]


def _kept(entry_ids: Collection[int]) -> set[int]:
    return set(InboxEntry.objects.filter(pk__in=entry_ids).values_list("pk", flat=True))


def _delay(event: MessageEvent) -> timedelta | None:
    if event.occurred_at is None or event.clamped:
        return None
    return event.received_at - event.occurred_at


def _meaning(line: story.Line) -> Explanation | None:
    """Explain a code; one that is in no table only where something went wrong."""
    if line.explanation == UNLISTED.explanation and line.event.status != MessageStatus.FAILED:
        return None
    return line.explanation
