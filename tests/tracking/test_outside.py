"""Links in texts that another system sends."""

import pytest
from django.test import Client

from deliveries.models import AuditEvent, Message
from messaging.statuses import DeliveryStatus
from tests import records
from tests.records import NOON
from tracking import judging, outside
from tracking.models import Click, Link
from tracking.outside import NoLinks, UnknownMessage, Wanted

pytestmark = pytest.mark.django_db


def draft(**fields):
    made = {"status": DeliveryStatus.EDITING, "content": "Hi {{First Name}}: x.it/{{code}} y.it"}
    return records.delivery(**made | fields)


def make(delivery, *wanted):
    return outside.make(delivery_id=delivery.pk, wanted=wanted, by=None, at=NOON)


def test_each_recipient_gets_a_text_and_an_id_for_its_message():
    delivery = draft()

    first, second = make(
        delivery,
        Wanted(None, {"First Name": "Zoë", "code": "a b"}),
        Wanted(None, {"first_name": "Bo"}),
    )

    links = first.links
    assert first.text == f"Hi Zoë: {links['x.it/{{code}}']} {links['y.it']}"
    assert second.text.startswith("Hi Bo: http://")
    assert first.message_id != second.message_id
    reserved = {first.message_id, second.message_id}
    assert outside.are_reserved([*reserved, 1], delivery_id=delivery.pk) == reserved
    assert outside.are_reserved([*reserved], delivery_id=draft().pk) == set()
    assert outside.are_reserved([], delivery_id=delivery.pk) == set()
    line = AuditEvent.objects.get(delivery=delivery)
    assert (line.code, line.text) == ("LNK-1003", "Links made for 2 messages of another system.")


def test_a_registered_message_gets_links_too():
    delivery = draft()
    message = records.message(delivery)

    (made,) = make(delivery, Wanted(message.pk, {}))

    assert made.message_id == message.pk
    assert set(Link.objects.values_list("message_id", flat=True)) == {message.pk}
    with pytest.raises(UnknownMessage):
        make(draft(), Wanted(message.pk, {}))


@pytest.mark.parametrize("fields", [{"content": ""}, {"status": DeliveryStatus.CANCELLED}])
def test_a_delivery_that_is_over_or_empty_gets_no_links(fields):
    with pytest.raises(NoLinks):
        make(draft(**fields), Wanted(None, {}))


@pytest.mark.django_db(transaction=True)
def test_clicks_that_come_before_the_registration_wait_for_their_message():
    delivery = draft(content="y.it")
    (made,) = make(delivery, Wanted(None, {}))
    path = made.links["y.it"].partition("/l/")[2]

    assert Client().get(f"/l/{path}").status_code == 302

    judging.judge()
    assert not Message.objects.exists()
    assert Click.objects.get().message_id == made.message_id
