"""One message and everything that was reported of it."""

from collections.abc import Mapping
from typing import NamedTuple

from deliveries import logs
from deliveries.models import Message, MessageEvent
from messaging.statuses import Evidence
from providers import explaining
from providers.codes import Explanation
from providers.models import Qualification


class Line(NamedTuple):
    """One event, and what it means in plain words; None where neither code nor error tells."""

    event: MessageEvent
    explanation: Explanation | None


class Story(NamedTuple):
    """A message, the ids its provider gave it, and its events in the order of arrival."""

    message: Message
    provider_message_ids: list[str]
    events: list[Line]


def of(*, message_id: int) -> Story:
    """Tell a message's story with four queries; raise Message.DoesNotExist."""
    message = Message.objects.select_related("delivery__account").get(pk=message_id)
    events = list(MessageEvent.objects.filter(message_id=message_id).order_by("received_at", "id"))
    for event in events:
        event.message = message
    kind = message.delivery.account.kind
    known = Qualification.objects.in_bulk(
        {event.qualification_id for event in events if event.qualification_id}
    )
    return Story(
        message=message,
        provider_message_ids=logs.provider_ids(messages=[message]).get(message.pk, []),
        events=[Line(event, _explained(event, kind, known)) for event in events],
    )


def _explained(
    event: MessageEvent, kind: str, known: Mapping[int, Qualification]
) -> Explanation | None:
    """Explain a failure as it is qualified, whatever else by its code; a click needs no words."""
    if event.evidence == Evidence.CLICKED:
        return None
    qualified = known.get(event.qualification_id or 0)
    if qualified:
        return explaining.of_qualification(qualified)
    return explaining.of_code(kind, event.provider_code)
