"""The way out through an account: its rate, shared by all workers, and when it closes."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from deliveries.models import AuditEvent
from sending import lanes, results
from sending.lanes import Tally
from tests import records
from tests.sending import prepared

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def account():
    made = prepared.account()
    lanes.limit(account=made, rate=10, by=None, at=NOW)
    return made


def take(account, most=100, *, after=0.0):
    with transaction.atomic():
        return lanes.take(account=account, most=most, at=NOW + timedelta(seconds=after)).size


def codes():
    return list(AuditEvent.objects.order_by("id").values_list("code", flat=True))


def test_a_share_is_what_the_rate_has_filled_since(account):
    assert take(account) == 15
    assert take(account) == 0
    assert take(account, after=0.5) == 5
    assert take(account, after=100) == 15


def test_what_is_given_back_can_be_taken_again(account):
    take(account)

    lanes.give_back(account_id=account.pk, size=3)

    assert take(account) == 3


def test_a_rate_is_set_by_somebody_and_told(account):
    lanes.limit(account=account, rate=10, by=None, at=NOW)
    assert codes().count(lanes.CHANGED) == 1

    lanes.limit(account=account, rate=None, by=None, at=NOW)

    assert lanes.rate_of(account, lanes.of(account_id=account.pk)) == 500
    assert codes().count(lanes.CHANGED) == 2


@pytest.mark.parametrize("rate", [0, -1, 10_001])
def test_a_rate_that_cannot_be_kept_is_refused(account, rate):
    with pytest.raises(lanes.BadRate):
        lanes.limit(account=account, rate=rate, by=None, at=NOW)


def test_a_kind_that_cannot_send_has_the_slowest_rate():
    assert lanes.rate_of(records.account(kind="clickatell"), None) == 1


def test_failures_in_a_row_close_the_lane_and_an_answer_between_them_does_not(account):
    failed = Tally("500")
    lanes.report(account=account, tallies=[failed] * 4 + [Tally()] + [failed] * 4, at=NOW)
    assert lanes.of(account_id=account.pk).closed_at is None

    lanes.report(account=account, tallies=[failed], at=NOW)

    lane = lanes.of(account_id=account.pk)
    assert (lane.closed_at, lane.last_error, lane.is_held(at=NOW)) == (NOW, "500", True)
    assert codes().count(lanes.CLOSED) == 1


def test_what_no_other_message_will_do_better_closes_it_at_once(account):
    lanes.report(account=account, tallies=[Tally("401", is_final=True)], at=NOW)

    assert lanes.of(account_id=account.pk).closed_at == NOW


def test_a_closed_lane_takes_one_trial_at_a_time(account):
    lanes.report(account=account, tallies=[Tally("401", is_final=True)], at=NOW)
    assert take(account, after=5) == 0

    assert take(account, after=30) == 1
    assert take(account, after=31) == 0
    lanes.give_back(account_id=account.pk, size=1)
    assert take(account, after=32) == 1


def test_each_trial_that_fails_doubles_the_pause_up_to_a_limit(account):
    pauses = []
    for _trial in range(9):
        lanes.report(account=account, tallies=[Tally("x", is_final=True)], at=NOW)
        lane = lanes.of(account_id=account.pk)
        pauses.append(lane.not_before - NOW)
        lane.not_before = None
        lane.save()

    assert pauses[0] < pauses[2] < pauses[4]
    assert max(pauses) <= lanes.LONGEST_PAUSE * 1.2


def test_what_was_on_its_way_when_the_lane_closed_is_no_trial(account):
    on_its_way = NOW - timedelta(seconds=1)
    failed = [Tally("500")] * 40

    for seconds in (0, 1):
        at = NOW + timedelta(seconds=seconds)
        lanes.report(account=account, tallies=failed, left_at=on_its_way, at=at)

    lane = lanes.of(account_id=account.pk)
    assert (lane.trials, lane.failures) == (1, 80)
    assert lane.not_before - NOW <= lanes.FIRST_PAUSE * 1.2


def test_an_answer_opens_it_again_and_both_are_told(account):
    lanes.report(account=account, tallies=[Tally("401", is_final=True)], at=NOW)
    lanes.report(account=account, tallies=[Tally()], at=NOW)

    assert lanes.of(account_id=account.pk).closed_at is None
    assert codes()[-2:] == [lanes.CLOSED, lanes.OPENED]


@pytest.mark.parametrize(("asked", "seconds"), [(7.0, 7), (0.0, 2)])
def test_who_asks_for_a_pause_gets_it_and_fails_nothing(account, asked, seconds):
    lanes.report(account=account, tallies=[Tally(pause=asked)], at=NOW)

    lane = lanes.of(account_id=account.pk)
    assert (lane.not_before, lane.failures) == (NOW + timedelta(seconds=seconds), 0)


def test_the_waits_between_tries_grow_never_below_what_is_asked():
    waits = [results.wait(attempt=attempt, asked=None) for attempt in (1, 4, 40)]

    assert timedelta(seconds=1) <= waits[0] < waits[1] < waits[2] <= results.LONGEST_WAIT
    assert results.wait(attempt=1, asked=60.0) == timedelta(seconds=60)
