"""Links that lead somewhere, and a memory that knows none of them."""

from types import SimpleNamespace

import pytest

from deliveries.models import Delivery
from messaging.statuses import DeliveryStatus
from tests import records
from tracking import letterbox, links, misses, spool, warm
from tracking.links import Addressee
from tracking.models import Link, TrackedUrl


@pytest.fixture(autouse=True)
def _cold(tmp_path, settings):
    """Begin with nothing in memory and a spool of the test's own."""
    settings.SMSMONITOR_HOME = tmp_path
    warm.memory.clear()
    warm._hosts = (float("-inf"), {})
    warm._redis_away_until = 0.0
    misses.misses.counts.clear()
    misses.unknown.counts.clear()
    letterbox.letterbox.away_until = 0.0
    spool.spool.path = None


@pytest.fixture
def make_link():
    """Make a delivery with one message and one link in it."""

    def make(url="https://example.com/a", *, mode="tracked", fields=None, **delivery):
        made = records.delivery(status=DeliveryStatus.EDITING, content=f"Go {url}", **delivery)
        TrackedUrl.objects.filter(delivery=made).update(mode=mode)
        message = records.message(made)
        links.written(links.plan(delivery_id=made.pk), [Addressee(message.pk, fields or {})])
        Delivery.objects.filter(pk=made.pk).update(status=DeliveryStatus.IN_PROGRESS)
        link = Link.objects.get(message_id=message.pk)
        return SimpleNamespace(
            token=link.token, path=f"/l/{link.token}", delivery=made, message=message, row=link
        )

    return make
