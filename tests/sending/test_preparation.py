"""Preparing: a target becomes exclusions and messages, as a whole, and its figures reconcile."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from deliveries import drafts, figures, proving
from deliveries.models import AuditEvent, Exclusion, Message
from deliveries.recount import drifts
from messaging.statuses import DeliveryStatus, MessageStatus
from sending import preparation, preparing, tasks
from sending.models import Outgoing, Preparation, Recipient
from sending.preparation import NotPreparable
from storage.ids import lowest_id
from tests.sending import targets
from tests.sending.targets import left_out, prepare, take
from tests.threads import PATIENCE_SECONDS, apart
from tests.waiting import somebody_waits, until
from tracking.models import Link

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


def texts(delivery):
    found = Outgoing.objects.filter(delivery_id=delivery.pk).order_by("position")
    return [(row.position, row.line, row.text.partition(":")[0]) for row in found]


def test_each_line_becomes_a_message_or_an_exclusion(delivery):
    run = prepare(delivery)

    assert (run.state, run.targeted, run.excluded, run.to_send) == ("done", 6, 3, 3)
    assert sorted(left_out(delivery)) == [3, 4, 6]
    assert texts(delivery) == [(1, 2, "Hello Anna"), (2, 5, "Hello you"), (3, 7, "Hello Emil")]
    lines = set(Recipient.objects.filter(delivery_id=delivery.pk).values_list("line", flat=True))
    assert lines == left_out(delivery).keys() | {line for _, line, _ in texts(delivery)}
    assert targets.status(delivery) == DeliveryStatus.READY


def test_messages_wait_with_the_address_in_its_one_spelling(delivery):
    prepare(delivery)

    found = Message.objects.filter(delivery=delivery).order_by("id")
    assert list(found.values_list("address", "recipient", "country", "status", "segments")) == [
        ("+393331234567", "c1", "IT", MessageStatus.PENDING, 1),
        ("+393337654321", "c4", "IT", MessageStatus.PENDING, 1),
        ("+447400123456", "c6", "GB", MessageStatus.PENDING, 1),
    ]
    assert Link.objects.count() == 3
    assert "example.org" not in Outgoing.objects.latest("message_id").text


def test_the_figures_reconcile_and_recount_agrees(delivery):
    prepare(delivery)

    now = figures.of(delivery_ids=[delivery.pk])[delivery.pk]
    assert (now.targeted, now.excluded, now.to_send, now.pending) == (6, 3, 3, 3)
    assert drifts(delivery_ids=[delivery.pk]) == []


def test_preparing_again_replaces_what_was_made(delivery):
    prepare(delivery)
    before = set(Message.objects.values_list("id", flat=True))
    take(delivery, "phone\n+393339999999\n")

    run = prepare(delivery)

    assert (run.targeted, run.excluded) == (7, 3)
    assert not before & set(Message.objects.values_list("id", flat=True))
    assert (Message.objects.count(), Outgoing.objects.count(), Link.objects.count()) == (4, 4, 4)
    assert Exclusion.objects.count() == 3
    assert drifts(delivery_ids=[delivery.pk]) == []


def test_the_journal_tells_each_step(delivery):
    prepare(delivery)

    lines = AuditEvent.objects.filter(delivery=delivery, code__gte="DEL-1030").order_by("id")
    told = [(line.code, line.text.rpartition(" in ")[0] or line.text) for line in lines]
    assert told[:-1] == [
        ("DEL-1030", "Preparation started."),
        ("DEL-1031", "Content read: 1 tracked links"),
        ("DEL-1032", "Typology rules loaded: Standard, version 2"),
        ("DEL-1033", "Target read: 6 recipients"),
        ("DEL-1034", "Exclusions made: 3 of 6"),
        ("DEL-1035", "Delivery logs created: 3 messages"),
    ]
    assert told[-1][0] == "DEL-1038"
    assert lines.last().text.endswith("(3 messages waiting).")
    assert proving.all_journals().faults == []


def nothing_is_left(delivery):
    return not (
        Message.objects.filter(delivery=delivery).exists()
        or Exclusion.objects.filter(delivery=delivery).exists()
        or Outgoing.objects.filter(delivery=delivery).exists()
        or Link.objects.exists()
        or drifts(delivery_ids=[delivery.pk])
    )


def when(table, event, then):
    """Have the database do something before a row of a table is written, as a test wants it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION as_tested() RETURNS trigger LANGUAGE plpgsql AS
                $body$ BEGIN {then} RETURN NEW; END $body$;
            CREATE TRIGGER as_tested BEFORE {event} ON {table}
                FOR EACH ROW EXECUTE FUNCTION as_tested()
            """
        )


@pytest.fixture
def stopped_at():
    """Return a function that has somebody stop runs as soon as they have come to a step."""
    yield lambda step: when(
        "sending_preparation",
        "UPDATE",
        f"NEW.cancel_requested := NEW.cancel_requested OR NEW.step = '{step}';",
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS as_tested CASCADE")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["reading", "excluding", "writing", "ending"])
def test_a_run_can_be_stopped_at_each_step_and_leaves_nothing(step, stopped_at):
    delivery = with_target()
    stopped_at(step)

    run = prepare(delivery)

    assert (run.state, run.step) == ("cancelled", step)
    assert targets.status(delivery) == DeliveryStatus.EDITING
    assert nothing_is_left(delivery)


def test_stopping_is_asked_for_by_a_row(delivery):
    assert not preparation.cancel(delivery_id=delivery.pk)
    preparation.request(delivery_id=delivery.pk, by=None, at=timezone.now())

    assert preparation.cancel(delivery_id=delivery.pk)
    assert Preparation.objects.get().cancel_requested


@pytest.mark.parametrize("table", ["deliveries_exclusion", "sending_outgoing"])
def test_a_run_that_fails_says_so_and_leaves_nothing(delivery, table):
    when(table, "INSERT", "RAISE 'no room';")

    run = prepare(delivery)

    assert (run.state, targets.status(delivery)) == ("failed", DeliveryStatus.EDITING)
    assert run.error == "An unforeseen error: the log of the worker tells it."
    assert nothing_is_left(delivery)
    assert AuditEvent.objects.filter(delivery=delivery, code="DEL-1041", level="error").exists()


@pytest.mark.django_db(transaction=True)
def test_a_ready_delivery_stays_ready_where_nothing_comes_of_another_run(stopped_at):
    delivery = with_target()
    prepare(delivery)
    ids = set(Message.objects.values_list("id", flat=True))
    stopped_at("writing")

    assert prepare(delivery).state == "cancelled"

    assert targets.status(delivery) == DeliveryStatus.READY
    assert set(Message.objects.values_list("id", flat=True)) == ids


def test_a_worker_that_dies_over_and_over_is_not_sent_again(delivery):
    run = preparation.request(delivery_id=delivery.pk, by=None, at=timezone.now())
    Preparation.objects.filter(pk=run.pk).update(tries=preparing.MOST_TRIES)

    assert tasks.prepare() == 1

    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "The worker has died 5 times.")


def test_what_was_asked_for_is_found_by_the_sweeper(delivery):
    preparation.request(delivery_id=delivery.pk, by=None, at=timezone.now())

    assert tasks.prepare() == 1
    assert tasks.prepare() == 0
    assert targets.status(delivery) == DeliveryStatus.READY


def test_an_ended_run_is_not_done_again(delivery):
    run = prepare(delivery)
    ids = set(Message.objects.values_list("id", flat=True))

    preparation.run(preparation_id=run.pk)

    assert set(Message.objects.values_list("id", flat=True)) == ids


def asked(delivery):
    with pytest.raises(NotPreparable) as refused:
        preparation.request(delivery_id=delivery.pk, by=None, at=timezone.now())
    return str(refused.value)


def test_what_cannot_be_prepared_says_why(db):
    delivery = targets.delivery(content="")
    assert asked(delivery) == "The delivery has no recipients: give them first."
    take(delivery, "phone,first_name\n+393331234567,Anna\n")
    assert asked(delivery) == "The delivery has no text: write it first."
    for content, said in (
        (
            "Hello {{name}}",
            "The text has the field {{name}}, but no column of the recipients is called so.",
        ),
        (
            "Hello {{first_name",
            "The text has a field that is not closed, or has no name: write {{first_name}}.",
        ),
    ):
        delivery.content = content
        delivery.save()
        assert asked(delivery) == said
    delivery.content, delivery.typology = "Hello", "Gone"
    delivery.save()
    assert asked(delivery) == "There is no typology called “Gone”: choose another."


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (DeliveryStatus.TARGETING, "The delivery is being prepared already."),
        (
            DeliveryStatus.IN_PROGRESS,
            "The delivery is in progress: it can no longer be prepared.",
        ),
        (
            DeliveryStatus.SCHEDULED,
            "The delivery is scheduled: pause it first, which takes that back.",
        ),
        (DeliveryStatus.FINISHED, "The delivery has ended: it can no longer be prepared."),
    ],
)
def test_a_delivery_on_its_way_is_not_prepared(status, said):
    assert asked(targets.delivery(status=status)) == said


def test_a_clock_that_goes_back_makes_nothing(db):
    delivery = targets.delivery(pk=lowest_id(timezone.now() + timedelta(days=1)))
    take(delivery, TABLE)

    run = prepare(delivery)

    assert run.state == "failed"
    assert run.error.startswith("The clock of the database has gone back")


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_prepare_the_same():
    delivery = targets.delivery()
    take(delivery, "phone\n+393331234567\n")
    run = preparation.request(delivery_id=delivery.pk, by=None, at=timezone.now())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('preparation', %s))", [run.pk]
        )
        assert not apart(preparation.run, preparation_id=run.pk).result(PATIENCE_SECONDS)
        assert not Message.objects.exists()

    assert apart(preparation.run, preparation_id=run.pk).result(PATIENCE_SECONDS)
    run.refresh_from_db()
    assert (run.state, run.tries, Message.objects.count()) == ("done", 1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_goes_on_keeps_nobody_waiting():
    delivery = with_target()
    run = preparation.request(delivery_id=delivery.pk, by=None, at=timezone.now())
    with transaction.atomic(), connection.cursor() as cursor:
        # What a run writes last but one; nobody else does here.
        cursor.execute("LOCK TABLE deliveries_counter IN SHARE MODE")
        ended = apart(preparation.run, preparation_id=run.pk)
        until(somebody_waits)
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        assert asked(delivery) == "The delivery is being prepared already."
        drafts.change(delivery_id=delivery.pk, by=None, at=timezone.now(), label="Later")

    assert ended.result(PATIENCE_SECONDS)
    assert (targets.status(delivery), Link.objects.count()) == (DeliveryStatus.READY, 3)


@pytest.mark.django_db(transaction=True)
def test_a_run_begun_anew_shows_its_own_total():
    delivery = with_target()
    run = preparation.request(delivery_id=delivery.pk, by=None, at=timezone.now())
    left_by_the_dead = {"step": "excluding", "done": 2, "total": 12, "cancel_requested": True}
    Preparation.objects.filter(pk=run.pk).update(**left_by_the_dead)

    preparation.run(preparation_id=run.pk)

    run.refresh_from_db()
    assert (run.step, run.done, run.total) == ("reading", 0, 6)


@pytest.mark.django_db(transaction=True)
def test_a_wish_to_stop_reaches_a_run_that_goes_on():
    delivery = targets.delivery()
    take(delivery, "phone\n+393331234567\n")
    run = preparation.request(delivery_id=delivery.pk, by=None, at=timezone.now())
    preparation.cancel(delivery_id=delivery.pk)

    preparation.run(preparation_id=run.pk)

    run.refresh_from_db()
    assert (run.state, targets.status(delivery)) == ("cancelled", DeliveryStatus.EDITING)
