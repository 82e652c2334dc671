"""People with quarantined numbers, who click in what another system sent them all the same."""

from django.utils import timezone

from deliveries.models import Message
from ingestion.simulator.patience import patiently
from ingestion.simulator.posting import Line
from messaging.statuses import AddressStatus, MessageStatus
from providers.handsets import PHONES
from quarantine.models import Address
from smsmonitor.demonstration import marks
from smsmonitor.demonstration.past import Scene
from tracking import outside
from tracking.models import Click
from tracking.outside import Made, Wanted

PEOPLE = 5


def show(scene: Scene, *, line: Line) -> None:
    """Let some of them follow their links; once only."""
    for made, phone in zip(patiently(lambda: _made(scene)), PHONES, strict=False):
        for url in made.links.values():
            line.follows(url, method="GET", agent=phone)


def _made(scene: Scene) -> list[Made]:
    """Return links of messages that were delivered to numbers in quarantine."""
    delivery = marks.find(scene.mark)
    if delivery is None or Click.objects.filter(message__delivery=delivery).exists():
        return []
    left_alone = Address.objects.filter(channel=delivery.channel, status=AddressStatus.QUARANTINE)
    reached = Message.objects.filter(
        delivery=delivery,
        status=MessageStatus.DELIVERED,
        address__in=left_alone.values("address"),
    ).order_by("id")
    wanted = [
        Wanted(message_id, {}) for message_id in reached.values_list("id", flat=True)[:PEOPLE]
    ]
    return outside.make(delivery_id=delivery.pk, wanted=wanted, by=None, at=timezone.now())
