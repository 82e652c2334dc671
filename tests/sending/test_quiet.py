"""Quiet hours at the start: its time may be another than the preparation knew."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from deliveries.models import AuditEvent, Delivery
from messaging.statuses import DeliveryStatus
from sending import beginning, launch
from sending.launch import NotAllowed
from tests.sending import prepared, targets

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def at_noon():
    """Return a maker of deliveries prepared for noon, by rules with quiet hours, and an evening."""

    def made(action):
        delivery = targets.delivery(account=prepared.account(), sender="AURORA")
        targets.take(delivery, "phone\n+393331234567\n+447400123456\n")
        noon = (NOW + timedelta(days=2)).replace(hour=12)
        Delivery.objects.filter(pk=delivery.pk).update(contact_date=noon)
        targets.rules(quiet_from="21:00", quiet_to="08:00", quiet_action=action)
        assert targets.prepare(delivery).excluded == 0
        # In Rome it is 21:30 then.
        return delivery, noon.replace(hour=20, minute=30, tzinfo=ZoneInfo("Europe/London"))

    return made


def start(delivery, starts_at):
    launch.start(delivery_id=delivery.pk, by=None, at=NOW, starts_at=starts_at)


def codes(delivery):
    lines = AuditEvent.objects.filter(delivery=delivery).order_by("id")
    return list(lines.values_list("code", flat=True))


def test_a_start_in_quiet_hours_that_the_preparation_did_not_know_is_refused(at_noon):
    delivery, evening = at_noon("exclude")

    with pytest.raises(NotAllowed, match=r"^For 1 recipient that time lies in the quiet hours"):
        start(delivery, evening)

    start(delivery, evening - timedelta(hours=2))
    assert not beginning.start_due(delivery_id=delivery.pk, at=evening)
    assert (targets.status(delivery), codes(delivery)[-1]) == (DeliveryStatus.READY, "DEL-1017")


def test_a_start_in_quiet_hours_is_told_where_the_rule_only_warns(at_noon):
    delivery, evening = at_noon("warn")

    start(delivery, evening)

    assert codes(delivery)[-2:] == ["DEL-1036", "DEL-1015"]
    told = AuditEvent.objects.get(delivery=delivery, code="DEL-1036").text
    assert told == "Rule quiet hours: 1 recipients concerned at the start."
