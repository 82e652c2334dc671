"""Set aside: parked until the message is known, dead until somebody decides."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from deliveries.models import AuditEvent
from ingestion import held, maintenance, sweeping, tasks
from ingestion.models import HeldCallback, InboxEntry, QueueItem
from storage.ids import lowest_id
from tests import records, threads
from tests.ingestion import callbacks
from tests.waiting import somebody_waits, until

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return get_user_model().objects.create_user("anna")


@pytest.fixture
def parked(post):
    post(id="later", word="done")
    callbacks.apply_all()
    return callbacks.held("parked")[0]


@pytest.fixture
def dead(account):
    callbacks.inbox.store([callbacks.raw(account, b"broken")])
    callbacks.apply_all()
    return callbacks.held("dead")[0]


def know_the_message(delivery):
    return records.message(delivery, provider_ids=("later",))


def journal():
    return list(AuditEvent.objects.values_list("code", "text", "actor"))


def test_a_callback_of_an_unknown_message_is_parked_whole(account, parked):
    entry = InboxEntry.objects.get()

    assert (parked.entry_id, parked.account_id, parked.provider_id) == (
        entry.pk,
        account.pk,
        "later",
    )
    assert (bytes(parked.body), parked.headers, parked.received_at) == (
        bytes(entry.body),
        entry.headers,
        entry.received_at,
    )
    assert callbacks.tallies(account) == {"received": 1, "parked": 1}


def test_a_registration_releases_what_was_parked_for_it(account, delivery, parked):
    callbacks.register(delivery, {"address": "+393331234567", "provider_message_id": "later"})

    assert callbacks.apply_all() == 1
    assert callbacks.statuses() == {"+393331234567": "Received on mobile"}
    assert HeldCallback.objects.count() == 0
    assert callbacks.tallies(account) == {"received": 1, "parked": 1, "applied": 1}
    assert callbacks.drifts() == []


def test_a_registration_releases_only_what_its_own_account_was_told(delivery, post, parked):
    other = records.delivery()

    callbacks.register(other, {"address": "+393331234567", "provider_message_id": "later"})

    assert QueueItem.objects.count() == 0


def test_what_was_parked_while_its_message_was_registered_is_found_by_the_sweep(delivery, parked):
    message = know_the_message(delivery)

    assert sweeping.sweep(at=timezone.now()) == 1

    callbacks.apply_all()
    assert callbacks.standing(message)[0] == "Received on mobile"
    assert sweeping.sweep(at=timezone.now()) == 0


def test_the_task_sweeps_and_drains(delivery, parked):
    message = know_the_message(delivery)

    assert tasks.sweep() == 1

    assert callbacks.standing(message)[0] == "Received on mobile"


def test_what_has_been_parked_for_long_is_looked_at_once_an_hour(delivery, parked):
    old = lowest_id(timezone.now() - timedelta(hours=20))
    HeldCallback.objects.filter(pk=parked.pk).update(id=old)
    know_the_message(delivery)

    assert sweeping.sweep(at=timezone.now()) == 0
    maintenance.maintain(at=timezone.now())
    assert QueueItem.objects.count() == 1


def test_a_sweep_leaves_what_matches_nothing(parked):
    assert sweeping.sweep(at=timezone.now()) == 0
    assert QueueItem.objects.count() == 0


def test_what_is_parked_outlives_its_inbox(delivery, parked):
    InboxEntry.objects.all().delete()
    message = know_the_message(delivery)

    sweeping.sweep(at=timezone.now())
    callbacks.apply_all()

    assert callbacks.story(message) == [("", True)]


def test_a_dead_callback_that_is_still_broken_is_dead_again(account, dead, anna):
    assert held.retry(ids=[dead.pk], by=anna, at=timezone.now()) == 1
    assert callbacks.apply_all() == 1

    assert [one.error for one in callbacks.held("dead")] == [dead.error]
    assert journal() == [("CBK-1001", "1 callbacks sent through again.", "anna")]


def test_a_dead_callback_that_can_be_read_by_now_is_applied(post, message, table, dead, anna):
    post(id="m", word="fault", address="+39")
    callbacks.apply_all()
    fixed = callbacks.held("dead").last()
    InboxEntry.objects.filter(pk=fixed.entry_id).update(body=b'{"id": "m", "word": "done"}')

    assert held.retry(ids=[fixed.pk, dead.pk, 5], by=anna, at=timezone.now()) == 2
    callbacks.apply_all()

    assert callbacks.standing(message)[0] == "Received on mobile"
    assert [one.entry_id for one in callbacks.held("dead")] == [dead.entry_id]


def test_a_retry_rings_once_it_is_committed(dead, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as after:
        held.retry(ids=[dead.pk], by=None, at=timezone.now())

    assert after == [held.doorbell.ring]


def test_nothing_to_retry_is_not_told(anna):
    assert held.retry(ids=[5], by=anna, at=timezone.now()) == 0
    assert journal() == []


def test_a_discarded_callback_stays_with_the_reason(delivery, parked, dead, anna):
    at = timezone.now()

    assert held.discard(ids=[parked.pk, dead.pk], reason="A test." * 100, by=anna, at=at) == 2

    for one in callbacks.held("discarded"):
        assert (one.decision, one.decided_by, one.decided_at) == (("A test." * 100)[:500], anna, at)
    assert journal() == [("CBK-1002", "2 callbacks discarded.", "anna")]


def test_a_discarded_callback_is_neither_retried_nor_discarded_nor_matched(delivery, parked, anna):
    held.discard(ids=[parked.pk], reason="A test.", by=None, at=timezone.now())

    know_the_message(delivery)

    assert sweeping.sweep(at=timezone.now()) == 0
    assert held.retry(ids=[parked.pk], by=anna, at=timezone.now()) == 0
    assert held.discard(ids=[parked.pk], reason="Twice.", by=anna, at=timezone.now()) == 0
    assert callbacks.held("discarded")[0].decision == "A test."


def test_an_entry_with_several_ids_is_parked_under_each(delivery, post):
    post(id=["one", "two"], word="done")
    callbacks.apply_all()

    one, two = (
        records.message(delivery, provider_ids=("one",)),
        records.message(delivery, provider_ids=("two",)),
    )
    assert [held.provider_id for held in callbacks.held("parked")] == ["one", "two"]
    assert sweeping.sweep(at=timezone.now()) == 1
    callbacks.apply_all()

    assert {callbacks.standing(message)[0] for message in (one, two)} == {"Received on mobile"}
    assert HeldCallback.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_whoever_releases_the_same_callbacks_waits_in_line(post, delivery):
    names = [f"id-{number}" for number in range(50)]
    for name in names:
        post(id=name, word="done")
    callbacks.apply_all()
    for name in names:
        records.message(delivery, provider_ids=(name,))
    entries = sorted(set(HeldCallback.objects.values_list("entry_id", flat=True)))

    with transaction.atomic():
        held.inbox.put_back("SELECT unnest(%s::bigint[])", [entries[:1]])
        released = threads.apart(held.release_matched, at=timezone.now())
        until(somebody_waits)
        held.inbox.put_back("SELECT unnest(%s::bigint[])", [entries[1:]])

    assert released.result(threads.PATIENCE_SECONDS) == 0
    assert QueueItem.objects.count() == len(entries)
