"""Topics that ask to be subscribed to an account's address: kept, and confirmed by a click only."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from deliveries import journal
from ingestion import accounts
from ingestion.models import Subscription
from ingestion.reading import Asked
from messaging.reports import Confirmation
from providers import registry
from storage import rows

MOST_SHOWN = 10


def keep(asked: Sequence[Asked]) -> None:
    """Store what was asked; what was asked before is there already."""
    rows.put(
        """
        INSERT INTO ingestion_subscription (account_id, topic, token, ended, received_at)
        VALUES %s ON CONFLICT DO NOTHING
        """,
        [
            (
                item.entry.account_id,
                item.report.topic,
                item.report.token,
                item.report.ended,
                item.entry.received_at,
            )
            for item in asked
        ],
    )


def of(*, account_id: int) -> list[Subscription]:
    """Return what topics asked lately, the latest first."""
    asked = Subscription.objects.filter(account_id=account_id).select_related("confirmed_by")
    return list(asked.order_by("-received_at", "-id")[:MOST_SHOWN])


def confirm(*, account_id: int, subscription_id: int, by: AbstractBaseUser, at: datetime) -> None:
    """Say yes to a subscription that asked; this alone makes the provider's host be called.

    Raises Subscription.DoesNotExist, and CannotConfirm, whose text is for people.
    """
    asked = Subscription.objects.select_related("account").get(
        pk=subscription_id, account_id=account_id, ended=False
    )
    account = asked.account
    # Outside of any transaction, which would wait for the provider; saying yes twice does no harm.
    provider = registry.get(account.kind)
    provider.confirm(Confirmation(asked.topic, asked.token), accounts.credentials_of(account))
    with transaction.atomic():
        Subscription.objects.filter(pk=asked.pk).update(confirmed_at=at, confirmed_by_id=by.pk)
        text = f"Account {account.pk}: subscription of {asked.topic} confirmed."
        journal.write(delivery=None, code="ACC-1003", text=text, by=by, at=at)
