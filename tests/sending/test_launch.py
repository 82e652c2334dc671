"""The life of a delivery: which act leads where, who did it, and what stands in the way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deliveries import figures
from deliveries.models import AuditEvent, Delivery, Message
from messaging.statuses import DeliveryStatus, MessageStatus
from sending import beginning, closing, launch, sweeping, tasks, waves, withdrawing
from sending.launch import Act, BadStart, NotAllowed
from sending.models import Launch, Outgoing, Preparation, Typology, TypologyVersion
from tests import records
from tests.ingestion import callbacks
from tests.sending import prepared
from tests.threads import apart

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)
DO = {
    Act.START: launch.start,
    Act.PAUSE: launch.pause,
    Act.RESUME: launch.resume,
    Act.CANCEL: launch.cancel,
}


@pytest.fixture
def delivery():
    return prepared.delivery(10)


def status(delivery):
    return Delivery.objects.get(pk=delivery.pk).status


def do(act, delivery, **fields):
    return DO[act](delivery_id=delivery.pk, by=None, at=NOW, **fields)


def codes(delivery):
    return list(
        AuditEvent.objects.filter(delivery=delivery).order_by("id").values_list("code", flat=True)
    )


def test_the_usual_life(delivery, django_user_model):
    person = django_user_model.objects.create_user("olga")

    launch.start(delivery_id=delivery.pk, by=person, at=NOW)
    for act in (Act.PAUSE, Act.RESUME, Act.CANCEL):
        DO[act](delivery_id=delivery.pk, by=person, at=NOW)

    assert status(delivery) == DeliveryStatus.CANCELLED
    assert codes(delivery) == ["DEL-1020", "DEL-1021", "DEL-1022", "DEL-1023"]
    actors = AuditEvent.objects.filter(delivery=delivery).values_list("actor", flat=True)
    assert set(actors) == {"olga"}


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("standing", list(DeliveryStatus))
def test_an_act_leads_on_from_where_the_table_says_and_from_nowhere_else(act, standing):
    made = prepared.delivery(1, status=standing)
    Launch.objects.create(delivery=made, starts_at=NOW)

    if standing in launch.FROM[act]:
        do(act, made)
        assert status(made) != standing
    else:
        with pytest.raises(NotAllowed):
            do(act, made)
        assert status(made) == standing
    assert (act in launch.possible(made)) == (standing in launch.FROM[act])


@pytest.mark.django_db(transaction=True)
def test_two_people_who_press_at_once_start_it_once():
    delivery = prepared.delivery(2)
    found = [
        apart(launch.start, delivery_id=delivery.pk, by=None, at=NOW).exception(60) for _ in "ab"
    ]

    assert sorted(type(error).__name__ for error in found) == ["NoneType", "NotAllowed"]
    assert codes(delivery).count("DEL-1020") == 1


@pytest.mark.parametrize("act", [Act.PAUSE, Act.CANCEL])
def test_what_another_system_sends_is_stopped_there(act):
    registered = records.delivery()

    with pytest.raises(NotAllowed, match="Another system"):
        do(act, registered)

    assert launch.possible(registered) == []


@pytest.mark.parametrize(
    ("act", "standing", "said"),
    [
        (Act.START, "targeting", "The delivery is being prepared: wait until that is done."),
        (
            Act.START,
            "paused",
            "The delivery is paused: only one that is ready or scheduled can be started.",
        ),
        (
            Act.PAUSE,
            "editing",
            (
                "The delivery is being edited: "
                "only one that is in progress or scheduled can be paused."
            ),
        ),
        (Act.RESUME, "cancelled", "The delivery was cancelled: only one that is paused can go on."),
        (
            Act.CANCEL,
            "targeting",
            "The delivery is being prepared: stop the preparation first, then the delivery.",
        ),
        (Act.CANCEL, "finished", "The delivery has ended: there is nothing left to stop."),
    ],
)
def test_a_refusal_says_how_the_delivery_stands_and_the_cure(act, standing, said):
    with pytest.raises(NotAllowed) as refused:
        do(act, records.delivery(status=standing))

    assert str(refused.value) == said


def test_what_is_not_prepared_cannot_start():
    editing = records.delivery(status=DeliveryStatus.EDITING)

    with pytest.raises(NotAllowed, match="not prepared"):
        do(Act.START, editing)


def test_a_delivery_without_anybody_to_write_to_cannot_start():
    with pytest.raises(NotAllowed, match="nobody"):
        do(Act.START, prepared.delivery(0))


def test_an_account_that_cannot_send_starts_nothing():
    silent = prepared.delivery(1, account=records.account(kind="clickatell"))

    with pytest.raises(NotAllowed, match="cannot be sent"):
        do(Act.START, silent)


def test_what_is_being_prepared_cannot_start(delivery):
    rules = TypologyVersion.objects.create(
        typology=Typology.objects.create(name="T"), version=1, made_at=NOW
    )
    Preparation.objects.create(delivery=delivery, typology=rules, requested_at=NOW)

    with pytest.raises(NotAllowed, match="being prepared"):
        do(Act.START, delivery)


def test_a_time_to_come_schedules_and_the_clock_starts(delivery):
    do(Act.START, delivery, starts_at=NOW + HOUR)
    assert status(delivery) == DeliveryStatus.SCHEDULED
    assert Delivery.objects.get(pk=delivery.pk).contact_date == NOW + HOUR

    sweeping.sweep(at=NOW + HOUR - timedelta(seconds=1))
    assert status(delivery) == DeliveryStatus.SCHEDULED
    sweeping.sweep(at=NOW + HOUR)

    assert status(delivery) == DeliveryStatus.IN_PROGRESS
    assert codes(delivery) == ["DEL-1015", "DEL-1020"]
    assert not beginning.start_due(delivery_id=delivery.pk, at=NOW + HOUR)


def test_what_starts_before_its_time_has_the_start_for_its_contact_date(delivery):
    do(Act.START, delivery, starts_at=NOW + HOUR)

    do(Act.START, delivery)

    assert status(delivery) == DeliveryStatus.IN_PROGRESS
    assert Delivery.objects.get(pk=delivery.pk).contact_date == NOW


def test_a_schedule_can_be_withdrawn(delivery):
    do(Act.START, delivery, starts_at=NOW + HOUR)

    do(Act.PAUSE, delivery)

    assert (status(delivery), codes(delivery)[-1]) == (DeliveryStatus.READY, "DEL-1016")
    assert Delivery.objects.get(pk=delivery.pk).contact_date is None


def test_what_stands_in_the_way_at_its_time_is_told(delivery):
    do(Act.START, delivery, starts_at=NOW + HOUR)
    delivery.account.credentials = {}
    delivery.account.save()

    sweeping.sweep(at=NOW + HOUR)

    assert (status(delivery), codes(delivery)[-1]) == (DeliveryStatus.READY, "DEL-1017")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"starts_at": NOW - HOUR}, "at"),
        ({"starts_at": NOW + timedelta(days=400)}, "at"),
        ({"wanted": ["0"]}, "waves"),
        ({"wanted": ["rest", "10"]}, "waves"),
        ({"wanted": ["101%"]}, "waves"),
        ({"wanted": ["ten"]}, "waves"),
        ({"wanted": ["1"] * 101, "interval": HOUR}, "waves"),
        ({"wanted": ["1", "2"]}, "interval"),
        ({"wanted": ["1", "2"], "interval": timedelta(days=8)}, "interval"),
    ],
)
def test_a_start_that_cannot_be_names_what_is_wrong(delivery, fields, wrong):
    with pytest.raises(BadStart) as caught:
        do(Act.START, delivery, **fields)

    assert list(caught.value.errors) == [wrong]
    assert status(delivery) == DeliveryStatus.READY


@pytest.mark.parametrize(
    ("wanted", "total", "ends"),
    [
        ([], 10, [10]),
        (["10%", "50%", "rest"], 1_000, [100, 600, 1_000]),
        (["300", "300"], 1_000, [300, 1_000]),
        (["600", "600", "rest"], 1_000, [600, 1_000]),
        (["0.01%", "rest"], 100, [1, 100]),
        (["1000"], 10, [10]),
        (["10", "rest"], 10, [10]),
    ],
)
def test_waves_are_cut_by_sizes_shares_and_what_is_left(wanted, total, ends):
    assert waves.ends(waves.check(wanted), total=total) == ends


def test_waves_leave_one_after_the_other(delivery):
    do(Act.START, delivery, wanted=["20%", "3", "rest"], interval=HOUR)
    row = Launch.objects.get(pk=delivery.pk)
    assert (row.wave, row.released, row.next_wave_at) == (1, 2, NOW + HOUR)

    sweeping.sweep(at=NOW + HOUR)
    sweeping.sweep(at=NOW + HOUR)
    row.refresh_from_db()
    assert (row.wave, row.released, row.next_wave_at) == (2, 5, NOW + 2 * HOUR)

    do(Act.PAUSE, delivery)
    sweeping.sweep(at=NOW + 3 * HOUR)
    row.refresh_from_db()
    assert row.wave == 2
    assert not beginning.release_wave(delivery_id=delivery.pk, at=NOW + 3 * HOUR)
    do(Act.RESUME, delivery)
    sweeping.sweep(at=NOW + 3 * HOUR)
    row.refresh_from_db()
    assert (row.wave, row.released, row.next_wave_at) == (3, 10, None)
    assert codes(delivery).count("DEL-1024") == 2


def test_cancelling_ends_what_has_not_left_and_counts_it(delivery):
    do(Act.START, delivery)
    do(Act.CANCEL, delivery)

    sweeping.sweep(at=NOW)

    now = figures.of(delivery_ids=[delivery.pk])[delivery.pk]
    assert (now.cancelled, now.pending, now.reconciles) == (10, 0, True)
    assert set(prepared.states(delivery)) == {"done"}
    assert callbacks.drifts() == []


def test_a_delivery_that_is_prepared_can_be_cancelled_too(delivery):
    do(Act.CANCEL, delivery)
    sweeping.sweep(at=NOW)

    assert figures.of(delivery_ids=[delivery.pk])[delivery.pk].cancelled == 10


def test_what_is_still_being_sent_is_not_finished_and_then_at_once(delivery):
    do(Act.START, delivery)
    assert closing.close_ended(at=NOW + HOUR) == 0

    Outgoing.objects.filter(delivery=delivery).update(state=Outgoing.State.DONE)
    ids = list(Message.objects.filter(delivery=delivery).values_list("pk", flat=True))
    withdrawing.cancel(ids, at=NOW)

    assert closing.close_ended(at=NOW) == 1
    assert status(delivery) == DeliveryStatus.FINISHED


def test_the_end_of_the_validity_gives_up_what_is_in_doubt_and_cancels_what_waits(delivery):
    do(Act.START, delivery)
    first = Message.objects.filter(delivery=delivery).earliest("id")
    Outgoing.objects.filter(message=first).update(state=Outgoing.State.IN_DOUBT, claimed_at=NOW)
    at = NOW + delivery.validity + timedelta(seconds=1)

    assert closing.close_ended(at=at) == 1
    sweeping.sweep(at=at)

    now = figures.of(delivery_ids=[delivery.pk])[delivery.pk]
    assert (now.cancelled, now.unknown) == (9, 1)
    assert Message.objects.get(pk=first.pk).status == MessageStatus.UNKNOWN
    assert set(prepared.states(delivery)) == {"done"}
    assert status(delivery) == DeliveryStatus.FINISHED
    assert callbacks.drifts() == []


def test_the_tasks_find_their_work_in_rows(delivery, monkeypatch):
    rung = []
    monkeypatch.setattr(
        tasks.current_app, "send_task", lambda name, **fields: rung.append((name, fields["kwargs"]))
    )
    assert tasks.hand_over_due(unknown=1) == 0

    do(Act.START, delivery)
    tasks.hand_over_due()
    tasks.sweep(unknown=1)

    assert rung == [("sending.tasks.hand_over", {"account_id": delivery.account_id})]


def test_a_task_of_an_account_that_cannot_send_leaves_everything(delivery):
    do(Act.START, delivery)
    delivery.account.credentials = {}
    delivery.account.save()

    assert tasks.hand_over(account_id=delivery.account_id, unknown=1) == 0
