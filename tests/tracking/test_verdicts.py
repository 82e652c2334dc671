"""Who clicked: rules over requests, a function of their set."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.records import NOON
from tests.tracking.recorded import GOOGLE_MESSAGES, IMESSAGE, IPHONE, NOWHERE, asked
from tracking import verdicts
from tracking.networks import Networks
from tracking.verdicts import Journey, Verdict

SECOND = timedelta(seconds=1)
UNKNOWN = Journey()


def judged(*clicks, journey=UNKNOWN, machines=NOWHERE):
    found = verdicts.of(clicks, journey=journey, machines=machines)
    return [found[click.id] for click in clicks]


def test_a_browser_in_a_hand_is_a_person():
    assert judged(asked()) == [Verdict("human", ())]


@pytest.mark.parametrize(
    ("request_", "verdict", "reasons"),
    [
        (asked(user_agent=""), "bot", ("no_agent",)),
        (asked(user_agent="   "), "bot", ("no_agent",)),
        (asked(method="HEAD"), "bot", ("head_request",)),
        (asked(headers={"Purpose": "prefetch"}), "preview", ("prefetch",)),
        (asked(headers={"sec-purpose": "prefetch;prerender"}), "preview", ("prefetch",)),
        (asked(headers={"x_moz": "prefetch"}), "preview", ("prefetch",)),
        (asked(headers={"X-Purpose": "preview"}), "preview", ("prefetch",)),
        (asked(headers={"accept-language": "preview"}), "human", ()),
        (asked(user_agent=IMESSAGE), "preview", ("preview_agent",)),
        (asked(user_agent=GOOGLE_MESSAGES), "preview", ("preview_agent",)),
        (asked(user_agent="WhatsApp/2.23.20.0 A"), "preview", ("preview_agent",)),
        (asked(user_agent="curl/8.5.0"), "bot", ("library_agent",)),
        (asked(user_agent="Barracuda Sentinel (EE)"), "bot", ("scanner_agent",)),
        (
            asked(user_agent=IPHONE.replace("17_5", "97_5")),
            "bot",
            ("impossible_agent",),
        ),
        (
            asked(user_agent=IMESSAGE, method="HEAD"),
            "preview",
            ("preview_agent", "head_request"),
        ),
    ],
)
def test_what_a_request_gives_away_by_itself(request_, verdict, reasons):
    assert judged(request_) == [Verdict(verdict, reasons)]


@pytest.mark.parametrize(
    ("later", "journey", "reasons"),
    [
        (timedelta(seconds=-6), Journey(sent_at=NOON), ("before_sent",)),
        (timedelta(seconds=-4), Journey(sent_at=NOON), ()),
        (timedelta(seconds=-6), Journey(delivered_at=NOON), ("before_delivery",)),
        (timedelta(milliseconds=900), Journey(delivered_at=NOON), ("too_soon",)),
        (timedelta(seconds=1), Journey(delivered_at=NOON), ()),
        (timedelta(seconds=30), Journey(sent_at=NOON, delivered_at=NOON), ()),
        (timedelta(hours=-1), Journey(), ()),
    ],
)
def test_what_the_time_gives_away(later, journey, reasons):
    (verdict,) = judged(asked(NOON + later), journey=journey)

    assert verdict.reasons == reasons


def test_all_links_within_a_second_are_no_finger():
    burst = [asked(NOON + SECOND * tenth / 10, url_id=tenth) for tenth in (1, 5, 9)]
    later = asked(NOON + SECOND * 60, url_id=1)

    verdicts_ = judged(*burst, later, journey=Journey(links=3))

    assert [verdict.verdict for verdict in verdicts_] == ["bot", "bot", "bot", "human"]
    assert verdicts_[0].reasons == ("all_links",)


@pytest.mark.parametrize(
    ("times", "links"), [((0, 0.5), 3), ((0, 1.2), 2), ((0, 0.1), 1), ((0, 0.9, 1.8), 3)]
)
def test_fewer_links_or_more_time_may_be_a_person(times, links):
    clicks = [asked(NOON + SECOND * at, url_id=place) for place, at in enumerate(times)]

    assert {v.verdict for v in judged(*clicks, journey=Journey(links=links))} == {"human"}


def test_one_link_asked_for_twice_is_not_all_of_them():
    clicks = [asked(NOON, url_id=1), asked(NOON, url_id=1)]

    assert {v.verdict for v in judged(*clicks, journey=Journey(links=2))} == {"human"}


def test_a_network_of_machines_is_nobodys_phone():
    machines = Networks(["198.51.100.0/22"])

    assert judged(asked(network="198.51.101.0/24"), machines=machines) == [
        Verdict("bot", ("data_centre",))
    ]
    assert judged(asked(network="198.51.99.0/24"), machines=machines) == [Verdict("human", ())]


requests = st.builds(
    asked,
    at=st.integers(0, 4_000).map(lambda ms: NOON + timedelta(milliseconds=ms)),
    url_id=st.integers(1, 3),
    method=st.sampled_from(["GET", "HEAD"]),
    user_agent=st.sampled_from([IPHONE, IMESSAGE, "", "curl/8"]),
)


@given(st.lists(requests, max_size=12), st.integers(0, 4), st.randoms())
def test_the_order_of_clicks_makes_no_difference(clicks, links, shuffle: random.Random):
    journey = Journey(sent_at=NOON, delivered_at=NOON + SECOND, links=links)
    shuffled = list(clicks)
    shuffle.shuffle(shuffled)

    assert verdicts.of(clicks, journey=journey, machines=NOWHERE) == verdicts.of(
        shuffled, journey=journey, machines=NOWHERE
    )


@given(st.lists(requests, max_size=12), st.integers(0, 4))
def test_every_click_gets_one_verdict_and_a_person_nothing_against_it(clicks, links):
    found = verdicts.of(clicks, journey=Journey(links=links), machines=NOWHERE)

    assert found.keys() == {click.id for click in clicks}
    assert all((v.verdict == "human") == (not v.reasons) for v in found.values())


@given(st.lists(requests, max_size=10), requests, st.integers(2, 3))
def test_one_more_click_never_makes_a_robot_a_person(clicks, more, links):
    before = verdicts.of(clicks, journey=Journey(links=links), machines=NOWHERE)
    after = verdicts.of([*clicks, more], journey=Journey(links=links), machines=NOWHERE)

    assert all(set(before[key].reasons) <= set(after[key].reasons) for key in before)
