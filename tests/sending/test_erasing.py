"""Targets beside the rest: addresses erased from them, and no messages of others among theirs."""

import pytest
from django.db import transaction
from django.utils import timezone

from deliveries.models import Message
from ingestion import erasure, registration
from sending.models import AllowedAddress, Outgoing, Recipient
from tests.ingestion import callbacks
from tests.sending import targets
from tests.sending.targets import prepare, take
from tests.threads import PATIENCE_SECONDS, apart
from tests.waiting import somebody_waits, until

pytestmark = pytest.mark.django_db

TABLE = """phone,first_name,customer
+393331234567,Anna,c1
,Ben,c2
+39 333 1234567,Carla,c3
333 7654321,,c4
+390612345678,Dora,c5
+447400123456,Emil,c6
"""


@pytest.fixture
def delivery(db):
    return with_target()


def with_target():
    made = targets.delivery(content="Hello {{first_name|you}}: https://example.org/sale")
    targets.rules(default_country="IT")
    take(made, TABLE)
    return made


def test_messages_of_other_systems_are_not_mixed_with_prepared_ones(delivery):
    prepare(delivery)
    line = {"address": "+393331112233", "provider_message_id": "m-1"}

    with pytest.raises(registration.NotRegistrable):
        callbacks.register(delivery, line, at=timezone.now())


@pytest.mark.parametrize("address", ["+393331234567", "+393337654321", "+390612345678"])
def test_an_erased_address_is_gone_from_the_target_and_its_texts(delivery, address):
    prepare(delivery)
    line = {"+393331234567": 2, "+393337654321": 5, "+390612345678": 6}[address]
    AllowedAddress.objects.create(channel="sms", address=address, made_at=timezone.now())

    counted = erasure.forget(address=address, by=None, at=timezone.now(), dry_run=True)
    done = erasure.forget(address=address, by=None, at=timezone.now())

    assert counted.recipients == done.recipients == (2 if line == 2 else 1)
    row = Recipient.objects.get(delivery_id=delivery.pk, line=line)
    assert (row.address, row.reference, row.fields) == ("", "", {})
    assert not AllowedAddress.objects.exists()
    assert not Outgoing.objects.filter(line=line).exclude(text="").exists()


def test_what_a_provider_said_of_an_erased_address_is_gone(delivery):
    prepare(delivery)
    said = "500 No route to +393331234567 today"
    Outgoing.objects.filter(line=2).update(last_error=said)

    erasure.forget(address="+393331234567", by=None, at=timezone.now())

    kept = Outgoing.objects.get(line=2).last_error
    assert "3331234567" not in kept
    assert kept.startswith("500 No route to ")


@pytest.mark.django_db(transaction=True)
def test_an_erasure_and_a_hand_over_lock_in_the_same_order():
    sent = with_target()
    prepare(sent)
    outgoing = Outgoing.objects.get(line=2)

    with transaction.atomic():
        list(Outgoing.objects.select_for_update().filter(pk=outgoing.pk))
        erased = apart(erasure.forget, address="+393331234567", by=None, at=timezone.now())
        until(somebody_waits)
        list(Message.objects.select_for_update().filter(pk=outgoing.pk))

    assert erased.result(PATIENCE_SECONDS).messages == 1
