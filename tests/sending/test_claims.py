"""Claiming: a constant number of statements, whatever else is under way on the account."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from deliveries.models import AuditEvent
from sending import claims, dispatch, lanes, launch
from sending.models import Outgoing
from tests.providers import fake
from tests.sending import prepared
from tests.threads import PATIENCE_SECONDS, apart
from tests.waiting import somebody_waits, until


@pytest.fixture
def account(db):
    made = prepared.account()
    lanes.limit(account=made, rate=100, by=None, at=timezone.now())
    return made


def started(account, messages=2):
    made = prepared.delivery(messages, account=account)
    launch.start(delivery_id=made.pk, by=None, at=timezone.now())
    return made


@pytest.mark.parametrize("others", [0, 3])
def test_deliveries_of_which_all_has_left_cost_no_statement(
    account, others, django_assert_num_queries
):
    for _other in range(others):
        Outgoing.objects.filter(delivery=started(account)).update(state=Outgoing.State.DONE)
    delivery = started(account)

    with django_assert_num_queries(12):
        _share, batch = claims.claim(account=account, most=50, at=timezone.now())

    assert {claimed.delivery_id for claimed in batch} == {delivery.pk}


@pytest.mark.django_db
def test_what_was_claimed_too_long_ago_does_not_leave_any_more():
    with fake.provider() as provider:
        account = prepared.account(
            "generic", send_url=f"{provider.url}/send", signature="header", header="X", secret="s"
        )
        delivery = started(account)
        at = timezone.now() - timedelta(seconds=dispatch.handover.LEAVES_WITHIN_SECONDS + 1)
        _share, batch = claims.claim(account=account, most=2, at=timezone.now())
        submitter = dispatch.registry.submitter(account.kind, account.credentials)
        fleet = dispatch.handover.fleet(rate=2)

        dispatch._hand_over(batch, account, submitter, fleet, at=at)
        fleet.close()

        assert provider.requests == []
    assert prepared.states(delivery) == ["waiting"] * 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_of_a_doubt_once():
    delivery = prepared.delivery(1)
    at = timezone.now()

    with transaction.atomic():
        claims.tell_doubt(delivery_ids=[delivery.pk], at=at)
        other = apart(claims.tell_doubt, delivery_ids=[delivery.pk], at=at)
        until(somebody_waits)
    other.result(PATIENCE_SECONDS)

    assert AuditEvent.objects.filter(delivery=delivery, code=claims.IN_DOUBT).count() == 1
