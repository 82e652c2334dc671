"""Judging in the worker: verdicts and counters from rows, whatever came first."""

import random
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from deliveries import figures, recount
from deliveries.models import Counter
from messaging.statuses import MessageStatus
from storage.ids import time_of
from tests import records
from tests.records import NOON
from tests.threads import PATIENCE_SECONDS, apart
from tests.tracking.recorded import IMESSAGE, IPHONE, click, link, url
from tests.waiting import somebody_waits, until
from tracking import clicks, judging, report, urls, verdicts
from tracking.models import Click, MessageToJudge, MessageToProve

SECOND = timedelta(seconds=1)


@pytest.fixture
def delivery(db):
    return records.delivery()


@pytest.fixture
def first(delivery):
    return url(delivery)


@pytest.fixture
def second(delivery):
    return url(delivery, label="About", url="https://example.com/about")


def verdicts_of(*made):
    found = {each.pk: each.verdict for each in Click.objects.all()}
    return [found[each.pk] for each in made]


def figures_of(delivery):
    found = figures.of(delivery_ids=[delivery.pk])[delivery.pk]
    return found.clicks, found.human_clicks, found.clickers


def proven(delivery):
    return recount.drifts(delivery_ids=[delivery.pk]) == []


def test_people_and_machines_are_counted_apart_and_nothing_is_dropped(delivery, first):
    message, other = records.message(delivery), records.message(delivery)
    made = [
        click(first, message),
        click(first, message, user_agent=IMESSAGE),
        click(first, other, user_agent=""),
    ]

    judging.judge()

    assert verdicts_of(*made) == ["human", "preview", "bot"]
    assert figures_of(delivery) == (3, 1, 1)
    assert proven(delivery)


def test_every_figure_of_clicks_is_proven_by_rows(delivery, first, second):
    message = records.message(delivery)
    for each in (first, second):
        link(each, message)
        click(each, message)
    click(first, message, at=NOON + 60 * SECOND)
    click(first, message, at=NOON + 61 * SECOND, user_agent="")

    judging.judge()

    assert proven(delivery)
    told = set(Counter.objects.filter(delivery=delivery).values_list("figure", flat=True))
    assert {"clicks", "human_clicks", "clickers", "click_verdicts", "click_reasons"} <= told
    Counter.objects.filter(figure__contains="click").delete()
    assert {drift.figure.figure for drift in recount.drifts(delivery_ids=[delivery.pk])} == {
        "clicks",
        "human_clicks",
        "clickers",
        "click_verdicts",
        "click_reasons",
    }


def test_what_was_judged_is_left_alone(delivery, first):
    click(first, records.message(delivery))
    judging.judge()
    before = list(Counter.objects.values_list("id", flat=True))

    assert judging.judge() == 0
    assert list(Counter.objects.values_list("id", flat=True)) == before


def test_a_click_keeps_its_device_its_reasons_and_the_version_of_the_rules(delivery, first):
    person = click(first, records.message(delivery))
    robot = click(first, records.message(delivery), user_agent="curl/8", method="HEAD")

    judging.judge()

    person.refresh_from_db()
    robot.refresh_from_db()
    assert (person.device, person.system, person.reasons) == ("phone", "iOS", [])
    assert (robot.device, robot.reasons) == ("", ["library_agent", "head_request"])
    assert person.rules == robot.rules == verdicts.VERSION


def test_a_burst_that_becomes_whole_later_takes_its_first_click_along(delivery, first, second):
    message = records.message(delivery)
    for each in (first, second):
        link(each, message)
    early = click(first, message)
    judging.judge()
    assert figures_of(delivery) == (1, 1, 1)

    late = click(second, message, at=NOON + SECOND / 2)
    judging.judge()

    assert verdicts_of(early, late) == ["bot", "bot"]
    assert figures_of(delivery) == (2, 0, 0)
    assert proven(delivery)


def test_a_neighbour_of_a_new_click_keeps_the_burst_it_was_in(delivery, first, second):
    """What lies beside the new click's second still sees its own."""
    message = records.message(delivery)
    for each in (first, second):
        link(each, message)
    burst = [click(first, message), click(second, message, at=NOON + 0.2 * SECOND)]
    judging.judge()

    last = click(second, message, at=NOON + 1.1 * SECOND)
    judging.judge()

    assert verdicts_of(*burst, last) == ["bot", "bot", "human"]


def test_a_delivery_that_becomes_known_later_is_taken_into_account(delivery, first):
    message = records.message(delivery)
    made = click(first, message)
    judging.judge()
    assert verdicts_of(made) == ["human"]

    records.event(
        message,
        status=MessageStatus.DELIVERED,
        stated_at=NOON + 60 * SECOND,
        occurred_at=NOON + 60 * SECOND,
    )
    clicks.ask_again([message.pk])
    judging.judge()

    made.refresh_from_db()
    assert made.reasons == ["before_delivery"]
    assert figures_of(delivery) == (1, 0, 0)
    assert proven(delivery)
    assert MessageToJudge.objects.count() == 0


def test_a_delivery_without_a_time_of_its_own_says_nothing(delivery, first):
    message = records.message(delivery)
    made = click(first, message)
    records.event(
        message,
        status=MessageStatus.DELIVERED,
        stated_at=None,
        occurred_at=None,
        received_at=NOON + 60 * SECOND,
    )

    judging.judge()

    assert verdicts_of(made) == ["human"]


def test_a_time_of_sending_that_is_only_that_of_the_registration_says_nothing(delivery, first):
    message = records.message(delivery)
    stated = records.message(delivery, accepted_at=NOON + 60 * SECOND)
    made = [click(first, message, at=NOON - 60 * SECOND), click(first, stated)]
    message.accepted_at = time_of(message.pk)
    message.save()

    judging.judge()

    assert verdicts_of(*made) == ["human", "bot"]


def test_only_messages_that_were_clicked_are_asked_about_again(delivery, first):
    message, other = records.message(delivery), records.message(delivery)
    click(first, message)

    clicks.ask_again([message.pk, other.pk])

    assert list(MessageToJudge.objects.values_list("message_id", flat=True)) == [message.pk]


def test_people_of_one_label_are_counted_once(delivery, first):
    same = url(delivery, url="https://example.com/same")
    message = records.message(delivery)
    click(first, message)
    click(same, message, at=NOON + 60 * SECOND)

    judging.judge()

    values = {
        counter.key: counter.value
        for counter in Counter.objects.filter(delivery=delivery, figure="clickers")
    }
    assert sorted(values.values()) == [1, 1, 1, 1]
    assert values.keys() >= {"", str(first.pk), str(same.pk)}
    assert proven(delivery)


def test_people_follow_a_label_that_is_changed_later(delivery, first, second):
    message, other = records.message(delivery), records.message(delivery)
    click(first, message)
    click(second, message, at=NOON + 60 * SECOND)
    click(second, other)
    judging.judge()

    urls.decide(delivery_id=delivery.pk, url_id=second.pk, by=None, at=NOON, label=first.label)

    (line,) = report.by_label(delivery_id=delivery.pk)
    assert (line.clicks, line.clickers) == (3, 2)
    assert proven(delivery)


def test_the_record_is_told_of_messages_whose_people_changed(delivery, first):
    message, other = records.message(delivery), records.message(delivery)
    click(first, message)
    click(first, other, user_agent="")

    judging.judge()

    assert list(MessageToProve.objects.values_list("message_id", flat=True)) == [message.pk]


def test_an_erased_click_keeps_its_verdict(delivery, first):
    made = click(first, records.message(delivery))
    judging.judge()
    Click.objects.update(user_agent="", settled=True)

    clicks.ask_again([made.message_id])
    judging.judge()

    assert verdicts_of(made) == ["human"]
    assert proven(delivery)


def test_a_batch_costs_the_same_number_of_statements(delivery, first):
    click(first, records.message(delivery))
    with CaptureQueriesContext(connection) as one:
        judging.judge_batch()
    for _ in range(20):
        click(first, records.message(delivery))
    with CaptureQueriesContext(connection) as many:
        judging.judge_batch()

    assert len(one) == len(many)


def test_the_order_in_which_clicks_are_judged_makes_no_difference(delivery, first, second):
    chance = random.Random(7)
    agents = [IPHONE, IMESSAGE, ""]

    def ended(order, batches):
        message = records.message(delivery)
        for each in (first, second):
            link(each, message)
        made = {}
        for place in order:
            made[place] = click(
                [first, second][place % 2],
                message,
                at=NOON + place * SECOND * 0.4,
                user_agent=agents[place % 7 % 3],
            )
            if place in batches:
                judging.judge()
        judging.judge()
        return verdicts_of(*(made[place] for place in sorted(made)))

    straight = ended(range(9), ())
    for _ in range(5):
        order = list(range(9))
        chance.shuffle(order)
        assert ended(order, set(chance.sample(order, 4))) == straight
    assert proven(delivery)


@pytest.mark.django_db(transaction=True)
def test_two_workers_count_each_click_once():
    delivery = records.delivery()
    on = url(delivery)
    for _ in range(30):
        click(on, records.message(delivery))

    working = [apart(judging.judge) for _ in range(2)]
    for each in working:
        each.result(PATIENCE_SECONDS)

    assert figures_of(delivery) == (30, 30, 30)
    assert proven(delivery)


def test_many_messages_are_judged_batch_after_batch(delivery, first, monkeypatch):
    monkeypatch.setattr(judging, "BATCH", 2)
    for _ in range(5):
        click(first, records.message(delivery))

    assert judging.judge() == 5
    assert not Click.objects.filter(verdict="unjudged").exists()


@pytest.mark.django_db(transaction=True)
def test_clicks_of_a_message_to_be_registered_are_judged_by_one_worker_at_a_time():
    delivery = records.delivery()
    reserved = records.message(delivery)
    click(url(delivery), reserved)
    reserved.delete()

    with transaction.atomic():
        judging.judge_batch()
        other = apart(judging.judge)
        until(somebody_waits)
    other.result(PATIENCE_SECONDS)

    assert figures_of(delivery) == (1, 1, 1)
