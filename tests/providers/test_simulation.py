"""The simulated world: repeatable, and distributed as said."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from messaging.statuses import MessageStatus
from providers.simulation import FAILURES, Outage, Profile, plan
from providers.sms.simulator import CODES

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ALWAYS = Profile(delivered=1.0, silent=0.0, duplicated=0.0, disordered=0.0, early=0.0)


def plans(count, *, profile=None, address="+393470000000"):
    return [
        plan(provider_message_id=f"m{n}", sent_at=NOON, address=address, profile=profile)
        for n in range(count)
    ]


def last(planned):
    return max(planned, key=lambda item: item.report.status).report


def test_the_plan_of_an_id_is_always_the_same():
    assert plans(50) == plans(50)
    assert plans(2)[0] != plans(2)[1]


def test_shares_are_those_of_the_profile():
    world = plans(4000)
    outcomes = Counter(last(planned).status for planned in world)
    codes = Counter(last(p).code for p in world if last(p).status is MessageStatus.FAILED)

    assert 0.91 < outcomes[MessageStatus.DELIVERED] / 4000 < 0.95
    assert 0.005 < outcomes[MessageStatus.SENT] / 4000 < 0.02
    assert set(codes) == set(FAILURES)
    assert set(FAILURES) - set(CODES) == {"199"}
    assert 0.04 < sum(i.duplicates for p in world for i in p) / sum(map(len, world)) < 0.06
    assert 0.01 < sum(planned[0].at < NOON for planned in world) / 4000 < 0.05


def test_latencies_have_a_median_of_seconds_and_a_tail_of_minutes():
    delays = sorted(planned[-1].at - NOON for planned in plans(2000, profile=ALWAYS))

    assert timedelta(seconds=5) < delays[1000] < timedelta(seconds=8)
    assert timedelta(minutes=1) < delays[1980] < timedelta(minutes=5)
    assert delays[-1] <= timedelta(minutes=30)


def test_a_plain_message_goes_through_its_steps_in_order():
    for planned in plans(100, profile=ALWAYS):
        assert [item.report.status for item in planned] == [
            MessageStatus.ACCEPTED,
            MessageStatus.SENT,
            MessageStatus.DELIVERED,
        ]
        assert [item.at for item in planned] == [item.report.occurred_at for item in planned]


def test_speed_divides_every_delay():
    slow = plans(1, profile=ALWAYS)[0]
    fast = plans(1, profile=Profile(**_of(ALWAYS) | {"speed": 10.0}))[0]

    for before, after in zip(slow, fast, strict=True):
        assert abs((before.at - NOON) / 10 - (after.at - NOON)) < timedelta(microseconds=2)


def test_out_of_order_the_end_is_posted_first():
    disordered = Profile(**_of(ALWAYS) | {"disordered": 1.0})

    for planned in plans(20, profile=disordered):
        assert planned[0].report.status is MessageStatus.DELIVERED


def test_early_the_first_report_overtakes_the_sending():
    for planned in plans(20, profile=Profile(**_of(ALWAYS) | {"early": 1.0})):
        assert planned[0].at < NOON
        assert planned[0].report.occurred_at == NOON


def test_in_an_outage_everything_of_the_network_fails_and_nothing_else():
    outage = Outage(prefix="+39", begins=NOON, ends=NOON + timedelta(hours=1))
    profile = Profile(**_of(ALWAYS) | {"outage": outage})

    assert {last(p).code for p in plans(50, profile=profile)} == {"103"}
    assert {last(p).code for p in plans(50, profile=profile, address="+4477")} == {""}


def test_the_price_and_the_network_are_told():
    sent = plans(1, profile=ALWAYS)[0][1].report

    assert (str(sent.price), sent.currency) == ("0.0450", "EUR")
    assert sent.network.startswith("222")
    assert plans(1, address="+999")[0][0].report.network == ""


def _of(profile):
    return {name: getattr(profile, name) for name in Profile.__slots__}
