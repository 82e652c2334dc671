"""What a delivery, or a period, is measured against: the finished deliveries before it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from deliveries.models import Delivery
from deliveries.models.delivery import STARTED
from messaging.statuses import DeliveryStatus

# An account's own last deliveries, as far back as habits last.
LAST = 30
WITHIN = timedelta(days=90)
# More deliveries than these are not read for a period, nor for what it is measured against.
MOST = 500


class Chosen(NamedTuple):
    """Deliveries: the account of each by its id, the newest first; when they began.

    all: false where there were more than are read.
    """

    accounts: Mapping[int, int]
    since: datetime | None = None
    until: datetime | None = None
    all: bool = True


def of_delivery(delivery: Delivery) -> Chosen:
    """Return the last finished deliveries of the same account and channel before this one."""
    began_at = delivery.contact_date
    if began_at is None:
        return Chosen({})
    before = Delivery.objects.filter(
        proof_of=None,
        account_id=delivery.account_id,
        channel=delivery.channel,
        status=DeliveryStatus.FINISHED,
        contact_date__gte=began_at - WITHIN,
        contact_date__lt=began_at,
    )
    return _chosen(before.exclude(pk=delivery.pk), most=LAST)._replace(all=True)


def of_period(*, since: datetime, account_id: int | None) -> Chosen:
    """Return the finished deliveries before a period, as far back as WITHIN."""
    return _chosen(
        _of_account(account_id).filter(
            status=DeliveryStatus.FINISHED,
            contact_date__gte=since - WITHIN,
            contact_date__lt=since,
        ),
        most=MOST,
    )


def period(*, since: datetime, account_id: int | None) -> Chosen:
    """Return the deliveries that have begun since a time, the newest MOST of them."""
    begun = _of_account(account_id).filter(status__in=STARTED, contact_date__gte=since)
    return _chosen(begun, most=MOST)


def _of_account(account_id: int | None) -> "QuerySet[Delivery]":
    every = Delivery.objects.filter(proof_of=None)
    return every if account_id is None else every.filter(account_id=account_id)


def _chosen(deliveries: "QuerySet[Delivery]", *, most: int) -> Chosen:
    newest = deliveries.order_by("-contact_date", "-id")
    rows = list(newest.values_list("id", "account_id", "contact_date")[: most + 1])
    read = rows[:most]
    return Chosen(
        accounts={pk: account_id for pk, account_id, _began_at in read},
        since=read[-1][2] if read else None,
        until=read[0][2] if read else None,
        all=len(rows) <= most,
    )
