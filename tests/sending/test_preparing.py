"""One run of a preparation: what it takes back, and that it ends only what is still its own."""

import pytest
from django.db import transaction
from django.utils import timezone

from deliveries import figures
from deliveries.models import Message
from deliveries.recount import drifts
from messaging.statuses import DeliveryStatus
from sending import beside, preparation, preparing
from tests.sending import targets
from tests.sending.targets import prepare, take
from tests.threads import PATIENCE_SECONDS, apart
from tests.tracking.recorded import click
from tracking import judging, optouts
from tracking.models import Link

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(db):
    return with_target()


def with_target():
    made = targets.delivery(content="Hello: https://example.org/sale")
    take(made, "phone\n+393331234567\n")
    return made


def test_preparing_again_keeps_the_clicks_of_who_tried_the_links(delivery):
    prepare(delivery)
    link = Link.objects.select_related("url", "message").earliest("id")
    click(link.url, link.message)
    judging.judge()
    optouts.hear(message_id=link.message_id, token=link.token, at=timezone.now())

    prepare(delivery)

    found = figures.of(delivery_ids=[delivery.pk])[delivery.pk]
    assert (found.clicks, found.human_clicks, found.opt_outs) == (1, 1, 1)
    assert drifts(delivery_ids=[delivery.pk]) == []


class _Overtaken(preparing.Run):
    """A run whose row another worker closes before it ends, as after a failure of its own."""

    def step(self, name, total):
        super().step(name, total)
        if name == preparing.ENDING:
            died = preparing.WorkerDied("Gone.")
            apart(preparation._end, self.id, died).result(PATIENCE_SECONDS)


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_row_was_closed_meanwhile_makes_nothing():
    delivery = with_target()
    row = preparation.request(delivery_id=delivery.pk, by=None, at=timezone.now())

    with (
        beside.connected() as other,
        pytest.raises(preparing.Stopped),
        transaction.atomic(),
    ):
        _Overtaken(row.pk, other).done()

    row.refresh_from_db()
    assert (row.state, row.error) == ("failed", "Gone.")
    assert (Message.objects.count(), targets.status(delivery)) == (0, DeliveryStatus.EDITING)
