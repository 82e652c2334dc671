"""Acts on a delivery in the pages: asked once more, done by somebody, refused with the reason."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from dashboard.start_form import StartForm
from deliveries.models import AuditEvent, Delivery, Message
from messaging.statuses import DeliveryStatus
from sending import lanes
from sending.models import Launch, Outgoing
from tests import records
from tests.sending import prepared

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(db):
    return prepared.delivery(3)


def path(delivery, act):
    return f"/deliveries/{delivery.pk}/{act}/"


def status(delivery):
    return Delivery.objects.get(pk=delivery.pk).status


def in_doubt(delivery):
    Outgoing.objects.filter(delivery=delivery).update(
        state=Outgoing.State.IN_DOUBT, claimed_at=timezone.now(), last_error="No answer in time."
    )


def test_an_act_is_asked_for_once_more_and_then_done(operator, delivery):
    asked = operator.get(path(delivery, "start")).content.decode()
    assert "Start this delivery" in asked
    assert status(delivery) == "ready"

    for act, leads_to in (
        ("start", "in_progress"),
        ("pause", "paused"),
        ("resume", "in_progress"),
        ("cancel", "cancelled"),
    ):
        answer = operator.post(path(delivery, act), {"when": "now"}, follow=True)
        assert f"The delivery is now: {DeliveryStatus(leads_to).label}." in answer.content.decode()
        assert status(delivery) == leads_to

    line = AuditEvent.objects.filter(delivery=delivery).earliest("id")
    assert line.actor == "operator-person"


def test_a_start_is_planned_on_the_clock_that_was_chosen(operator, delivery):
    day = (timezone.now() + timedelta(days=7)).date()

    operator.post(
        path(delivery, "start"),
        {
            "when": "later",
            "day": f"{day}T09:30",
            "zone": "Asia/Tokyo",
            "waves": "50%, rest",
            "minutes": "15",
        },
    )

    row = Launch.objects.get(pk=delivery.pk)
    assert row.starts_at == datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC)
    assert (row.waves, row.interval) == (["50%", "rest"], timedelta(minutes=15))
    assert status(delivery) == "scheduled"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"when": "later"}, "Give date and time."),
        ({"when": "later", "day": "2020-01-01T00:00", "zone": "UTC"}, "Give a time to come"),
        ({"when": "now", "waves": "many"}, "give a number of messages"),
        ({"when": "now", "waves": "1,rest"}, "Give the minutes between two waves"),
        ({"when": "later", "day": "x"}, "Enter a valid date/time."),
        (
            {"when": "later", "day": "2027-03-28T02:30", "zone": "Europe/Rome"},
            "this time is left out, or comes twice",
        ),
        (
            {"when": "later", "day": "2027-10-31T02:30", "zone": "Europe/Rome"},
            "this time is left out, or comes twice",
        ),
    ],
)
def test_a_start_that_cannot_be_says_so_beside_the_field(operator, delivery, given, sentence):
    answer = operator.post(path(delivery, "start"), given)

    assert sentence in answer.content.decode()
    assert status(delivery) == "ready"


@pytest.mark.parametrize("act", ["start", "pause", "resume", "cancel"])
def test_what_is_not_possible_is_told_in_the_place_of_the_button(operator, act):
    finished = records.delivery(status="finished")

    assert "The delivery has ended: " in operator.get(path(finished, act)).content.decode()
    answer = operator.post(path(finished, act), {"when": "now"}, follow=True)

    assert "The delivery has ended: " in answer.content.decode()
    assert operator.get(path(Delivery(pk=1), act)).status_code == 404
    assert operator.post(path(Delivery(pk=1), act), {"when": "now"}).status_code == 404


@pytest.mark.parametrize("act", ["start", "pause", "resume", "cancel", "doubts"])
def test_a_marketer_is_not_let_in(marketer, delivery, act):
    assert marketer.get(path(delivery, act)).status_code == 403


def test_the_window_offers_what_is_possible_to_those_who_may(operator, marketer, delivery):
    mine = operator.get(f"/deliveries/{delivery.pk}/").content.decode()
    theirs = marketer.get(f"/deliveries/{delivery.pk}/").content.decode()

    assert f'href="{path(delivery, "start")}"' in mine
    assert f'href="{path(delivery, "pause")}"' not in mine
    assert f'href="{path(delivery, "start")}"' not in theirs


def test_the_list_says_what_each_row_can_do(operator, marketer, delivery):
    assert 'data-acts="start cancel"' in operator.get("/deliveries/").content.decode()
    assert "data-acts-on-selected" in operator.get("/deliveries/").content.decode()
    assert "data-acts-on-selected" not in marketer.get("/deliveries/").content.decode()


def test_a_time_is_judged_in_the_zone_that_was_chosen(settings):
    settings.TIME_ZONE = "Europe/Rome"
    with timezone.override("Europe/Rome"):
        form = StartForm({"when": "later", "day": "2027-03-28T02:30", "zone": "Asia/Tokyo"})

        assert form.is_valid()
    assert form.asked()["starts_at"] == datetime(2027, 3, 27, 17, 30, tzinfo=UTC)


def test_the_list_offers_nothing_with_what_another_system_sends(operator):
    records.delivery(status="in_progress")

    assert 'data-acts=""' in operator.get("/deliveries/").content.decode()


def test_an_act_is_done_with_all_that_were_chosen_and_can(operator, delivery):
    finished = records.delivery(status="finished")
    other = prepared.delivery(1)
    ids = {"id": [delivery.pk, other.pk, finished.pk]}

    asked = operator.get("/deliveries/act/start/", ids)
    assert asked.context["chosen"] == ([delivery, other], [finished])
    assert status(delivery) == "ready"
    answer = operator.post("/deliveries/act/start/", ids, follow=True).content.decode()

    assert [status(each) for each in (delivery, other, finished)] == [
        "in_progress",
        "in_progress",
        "finished",
    ]
    assert "Done with 2 deliveries" in answer
    assert f"({finished.code}): The delivery has ended: only one that is ready or" in answer


def test_acts_on_several_are_for_those_who_may_and_for_acts_that_there_are(operator, marketer):
    assert marketer.get("/deliveries/act/start/").status_code == 403
    assert operator.get("/deliveries/act/delete/").status_code == 404


def test_what_is_known_of_doubts_is_said_in_the_language_of_the_page(operator, delivery):
    in_doubt(delivery)

    html = operator.get(path(delivery, "doubts"), headers={"Accept-Language": "it"})

    assert "Nessuna risposta in tempo." in html.content.decode()


def test_a_closed_lane_is_told_before_the_start_and_on_the_account(admin, delivery):
    lanes.report(
        account=delivery.account,
        tallies=[lanes.Tally("401 wrong key", is_final=True)],
        at=timezone.now(),
    )

    for shown in (path(delivery, "start"), f"/accounts/{delivery.account_id}/"):
        assert "401 wrong key" in admin.get(shown).content.decode()


def test_how_fast_an_account_sends_is_set_on_its_page(admin, delivery):
    account = delivery.account
    page = f"/accounts/{account.pk}/"

    admin.post(page, {"name": account.name, "rate": "7"})
    assert lanes.of(account_id=account.pk).rate == 7
    assert 'value="7"' in admin.get(page).content.decode()

    admin.post(page, {"name": account.name, "rate": ""})
    assert lanes.of(account_id=account.pk).rate is None


@pytest.mark.parametrize("rows", [1, 3])
def test_doubts_cost_a_fixed_number_of_queries(operator, django_assert_max_num_queries, rows):
    made = prepared.delivery(rows)
    in_doubt(made)

    with django_assert_max_num_queries(9):
        shown = operator.get(path(made, "doubts")).content.decode()

    assert shown.count('name="message"') == rows


def test_doubts_are_decided_one_by_one_and_together(operator, delivery):
    in_doubt(delivery)
    first = Message.objects.filter(delivery=delivery).earliest("id")
    page = path(delivery, "doubts")
    assert "In doubt" in operator.get(f"/deliveries/{delivery.pk}/").content.decode()

    nothing = operator.post(page, {"said": "sent"}, follow=True).content.decode()
    one = operator.post(page, {"said": "sent", "message": [first.pk]}, follow=True)
    others = operator.post(page, {"said": "not_sent", "all": "on"}, follow=True)
    none = operator.post(page, {"said": "not_sent", "all": "on"}, follow=True)

    assert "Choose messages" in nothing
    assert "1 message decided on." in one.content.decode()
    assert "2 messages decided on." in others.content.decode()
    assert "in doubt any more" in none.content.decode()
    assert "Nothing is in doubt" in none.content.decode()
