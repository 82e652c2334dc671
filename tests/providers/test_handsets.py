"""Who follows links and who writes back: repeatable, and distributed as said."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from messaging import keywords
from providers import handsets
from providers.handsets import Habits
from tracking import agents

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ARRIVED = NOON + timedelta(seconds=6)
URLS = ("https://us.example/l/a", "https://us.example/l/b")


def planned(number, *, was_received=True, ended_at=ARRIVED, **habits):
    return handsets.visits(
        f"m{number}",
        URLS,
        sent_at=NOON,
        ended_at=ended_at,
        was_received=was_received,
        habits=Habits(**habits),
    )


def people(visits):
    return [visit for visit in visits if agents.reason(visit.agent) is None]


def test_without_habits_nobody_does_anything():
    assert [planned(number) for number in range(100)] == [[]] * 100
    assert handsets.reply("m1", address="+39", received_at=NOON, habits=Habits()) is None


def test_the_share_of_people_is_that_of_the_habits_and_machines_are_no_people():
    each = [planned(number, clicks=0.4) for number in range(1_000)]

    clickers = sum(bool(people(visits)) for visits in each)
    machines = {visit.agent for visits in each for visit in visits} - set(handsets.PHONES)
    assert 360 < clickers < 440
    assert machines == {*handsets.PREVIEWERS, *handsets.SCANNERS}
    assert each == [planned(number, clicks=0.4) for number in range(1_000)]


def test_no_person_follows_a_link_before_there_was_time_to_read():
    each = [people(planned(number, clicks=1.0, speed=1000.0)) for number in range(200)]

    assert all(visits[0].at >= ARRIVED + timedelta(seconds=2) for visits in each)


def test_some_who_are_said_to_have_received_nothing_click():
    failed = [planned(number, was_received=False, clicks=1.0) for number in range(1_000)]
    silent = [planned(n, was_received=False, ended_at=None, clicks=1.0) for n in range(100)]

    assert 350 < sum(bool(people(visits)) for visits in failed) < 450
    assert all(map(people, silent))


def test_most_who_write_back_want_no_more():
    said = Counter()
    for number in range(1_000):
        reply = handsets.reply(
            f"m{number}", address="+393990000001", received_at=NOON, habits=Habits(replies=0.5)
        )
        if reply:
            assert reply.at > NOON + timedelta(seconds=handsets.LEAST_WRITING)
            said[keywords.recognise(reply.text, "IT")] += 1

    assert 440 < said.total() < 560
    assert 0.5 < said[keywords.Keyword.STOP] / said.total() < 0.7
