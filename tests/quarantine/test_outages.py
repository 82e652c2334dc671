"""When failures are an outage."""

from datetime import timedelta

import pytest

from quarantine import outages, places
from quarantine.outages import MOMENT, Bar, Ends, Run
from quarantine.places import Place
from tests.records import NOON

BAR = Bar(messages=100, share=0.5, times=5, unknown=0.8, quiet=timedelta(minutes=10))
ACCOUNT = Place(1)
ITALY, FRANCE = Place(1, "IT"), Place(1, "FR")
VODAFONE = Place(1, "IT", "22210")
BEGINNING = Place(1, "IT", "", "+39347")


def at(moment):
    return NOON + moment * MOMENT


def series(*ends):
    """Return moments one after the other, as (messages, failed)."""
    return {at(number): Ends(*each) for number, each in enumerate(ends)}


def test_moments_that_fail_follow_each_other_as_a_run():
    found = outages.runs(series((10, 1), (10, 9), (10, 4), (10, 10), (10, 0)), bar=BAR)

    assert found == [Run(at(1), at(4), Ends(30, 23))]


def test_what_lies_between_may_part_a_run():
    found = outages.runs(series((10, 10), (90, 0), (10, 10)), bar=BAR)

    assert [run.ends for run in found] == [Ends(10, 10), Ends(10, 10)]


def test_a_run_holds_its_breath_only_so_long():
    later = NOON + BAR.quiet + 2 * MOMENT

    found = outages.runs({NOON: Ends(5, 5), later: Ends(5, 5)}, bar=BAR)

    assert len(found) == 2


def test_a_moment_whose_messages_were_taken_back_says_nothing():
    assert outages.runs(series((0, 0)), bar=BAR) == []


@pytest.mark.parametrize(
    ("usual", "least"), [(None, 0.8), (0.0, 0.5), (0.02, 0.5), (0.12, 0.56), (0.95, 0.975)]
)
def test_an_outage_fails_far_more_than_is_usual(usual, least):
    assert BAR.least(usual) == pytest.approx(least)


@pytest.mark.parametrize(
    ("ends", "seconds", "is_one"),
    [
        (Ends(100, 90), 60, True),
        (Ends(99, 99), 60, False),
        (Ends(100, 70), 60, False),
        (Ends(499, 499), 59, False),
        (Ends(500, 500), 5, True),
    ],
)
def test_an_outage_lasts_or_is_large(ends, seconds, is_one):
    run = Run(NOON, NOON + MOMENT, ends)

    now = NOON + timedelta(seconds=seconds)
    assert outages.is_outage(run, bar=BAR, usual=None, at=now) is is_one


def test_it_is_over_after_quiet_minutes_or_enough_good_messages():
    def over(*after, later):
        now = at(1) + later
        return outages.is_over(
            {at(1 + number): Ends(*each) for number, each in enumerate(after)},
            failing_until=at(1),
            bar=BAR,
            at=now,
        )

    assert over(later=BAR.quiet)
    assert not over((99, 0), later=MOMENT)
    assert over((100, 49), later=MOMENT)
    assert not over((100, 50), later=MOMENT)


def test_what_falls_far_below_is_none():
    assert outages.is_none(Ends(100, 39), bar=BAR, usual=0.02)
    assert not outages.is_none(Ends(100, 41), bar=BAR, usual=0.02)
    assert Ends().share == 0


def test_the_narrowest_place_that_explains_it_is_told():
    ends = {ACCOUNT: Ends(200, 115), ITALY: Ends(110, 110), FRANCE: Ends(90, 5)}

    assert outages.narrowed(ACCOUNT, ends, [ACCOUNT, ITALY], bar=BAR) == [ITALY]


def test_a_place_that_fails_everywhere_is_told_as_a_whole():
    ends = {
        ITALY: Ends(200, 200), VODAFONE: Ends(110, 110), BEGINNING: Ends(190, 190),
    }  # fmt: skip

    out = [ITALY, VODAFONE, BEGINNING]
    assert outages.narrowed(ITALY, ends, out, bar=BAR) == [ITALY]
    assert outages.narrowed(VODAFONE, ends, out, bar=BAR) == [VODAFONE]


def test_a_place_holds_what_is_within_it():
    assert ITALY.holds(VODAFONE)
    assert ACCOUNT.holds(BEGINNING)
    assert not VODAFONE.holds(ITALY)
    assert not Place(2).holds(ITALY)


@pytest.mark.parametrize(
    ("address", "prefix"), [("+393471234567", "+39347"), ("anna@example.org", "example.org")]
)
def test_the_place_of_a_message(address, prefix):
    place = places.of(1, address=address, country="IT", network="22210")

    assert place == Place(1, "IT", "22210", prefix)
