"""One message and everything that was reported of it."""

from typing import NamedTuple

from deliveries import logs
from deliveries.models import Message, MessageEvent
from providers import explaining
from providers.codes import Explanation


class Line(NamedTuple):
    """One event, and what its code means; None where there is no code or its kind is gone."""

    event: MessageEvent
    explanation: Explanation | None


class Story(NamedTuple):
    """A message, the ids its provider gave it, and its events in the order of arrival."""

    message: Message
    provider_message_ids: list[str]
    events: list[Line]


def of(*, message_id: int) -> Story:
    """Tell a message's story with three queries; raise Message.DoesNotExist."""
    message = Message.objects.select_related("delivery__account").get(pk=message_id)
    events = list(MessageEvent.objects.filter(message_id=message_id).order_by("received_at", "id"))
    for event in events:
        event.message = message
    kind = message.delivery.account.kind
    return Story(
        message=message,
        provider_message_ids=logs.provider_ids(messages=[message]).get(message.pk, []),
        events=[Line(event, explaining.of_code(kind, event.provider_code)) for event in events],
    )
