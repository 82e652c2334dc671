"""The account that simulated traffic comes in for."""

from datetime import datetime

from ingestion import accounts
from providers.models import ProviderAccount
from providers.sms.simulator import Simulator

NAME = "Simulator"


def account(*, at: datetime) -> ProviderAccount:
    """Return the oldest simulator account, made where there is none; raise BadAccount."""
    found = ProviderAccount.objects.filter(kind=Simulator.slug).order_by("id").first()
    if found is not None:
        return found
    return accounts.create(name=NAME, kind=Simulator.slug, credentials={}, by=None, at=at)
