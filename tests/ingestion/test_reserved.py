"""Registering messages whose links were made, and clicked, before."""

from datetime import timedelta

import pytest

from deliveries import recount
from deliveries.models import Message
from ingestion import clicked
from messaging.statuses import DeliveryStatus, Evidence, MessageStatus
from tests import records
from tests.ingestion import callbacks
from tests.records import NOON
from tests.tracking.recorded import click
from tracking import judging, outside
from tracking.models import Click, TrackedUrl
from tracking.outside import Wanted

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def delivery():
    return records.delivery(status=DeliveryStatus.READY, content="Go x.it or y.it")


@pytest.fixture
def reserve(delivery):
    """Have links made for some messages; return the ids that are reserved for them."""

    def made(count):
        wanted = [Wanted(None, {})] * count
        told = outside.make(delivery_id=delivery.pk, wanted=wanted, by=None, at=NOON)
        return [one.message_id for one in told]

    return made


def come(delivery, message_id, *, at):
    """Click on the first link of a message, which may not be registered."""
    url = TrackedUrl.objects.filter(delivery=delivery).earliest("id")
    return click(url, Message(pk=message_id), at=at)


def heard():
    judging.judge()
    clicked.hear(at=NOON + 60 * MINUTE)


def test_clicks_before_the_registration_prove_and_are_judged_once_it_comes(delivery, reserve):
    person, robot = reserve(2)
    come(delivery, person, at=NOON + 5 * MINUTE)
    come(delivery, robot, at=NOON - 5 * MINUTE)
    heard()
    assert not Message.objects.exists()

    lines = [
        {"address": f"+39333123456{n}", "provider_message_id": f"p-{n}", "message": f"{pk}"}
        for n, pk in enumerate([person, robot])
    ]
    stated = [line | {"sent_at": NOON.isoformat()} for line in lines]
    callbacks.register(delivery, *stated, at=NOON + 30 * MINUTE)
    heard()

    assert dict(Click.objects.values_list("message_id", "verdict")) == {
        person: "human", robot: "bot",
    }  # fmt: skip
    assert dict(Message.objects.values_list("pk", "evidence")) == {
        person: Evidence.CLICKED, robot: Evidence.NONE,
    }  # fmt: skip
    assert Message.objects.get(pk=person).status == MessageStatus.DELIVERED
    assert recount.drifts(delivery_ids=[delivery.pk]) == []


def test_a_burst_on_all_links_is_seen_before_the_registration_too(delivery, reserve):
    (message_id,) = reserve(1)
    for url in TrackedUrl.objects.filter(delivery=delivery):
        click(url, Message(pk=message_id))

    heard()

    assert set(Click.objects.values_list("verdict", flat=True)) == {"bot"}
