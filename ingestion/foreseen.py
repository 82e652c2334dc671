"""What the preview of a replay has foreseen so far, batch after batch."""

from dataclasses import dataclass, field

from deliveries.record import Event, Standing
from ingestion.receipts import Effect


@dataclass(slots=True)
class Foreseen:
    """What the batches before have changed of messages of which later entries tell too.

    A preview writes nothing, so without this it would not see what it has just foreseen.
    """

    messages: dict[int, Standing] = field(default_factory=dict)
    events: dict[int, dict[bytes, Event]] = field(default_factory=dict)

    def onto(self, effect: Effect, known: dict[int, dict[bytes, Event]]) -> None:
        """Put it in the place of what is stored."""
        for identifier in known.keys() & self.messages.keys():
            effect.before[identifier] = self.messages[identifier]
            known[identifier] = self.events[identifier]

    def remember(self, effect: Effect, known: dict[int, dict[bytes, Event]], *, last: int) -> None:
        """Keep what a batch changed, where an entry after `last` has told something too."""
        for message_id, digest in effect.removed:
            del known[message_id][digest]
        for event in effect.added:
            known[event.message_id][event.digest] = event
        for message_id in {event.message_id for event in effect.added} | {
            message_id for message_id, _digest in effect.removed
        }:
            events = known[message_id]
            if any((event.entry_id or 0) > last for event in events.values()):
                self.messages[message_id] = effect.after[message_id]
                self.events[message_id] = events
