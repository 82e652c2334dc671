"""The account that simulated traffic comes in for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ingestion import accounts
from providers.models import ProviderAccount
from providers.sms.simulator import Simulator

NAME = "Simulator"


def account(*, at: datetime, credentials: Mapping[str, Any] | None = None) -> ProviderAccount:
    """Return the oldest simulator account, made where there is none; raise BadAccount.

    credentials: settings of one that has to be made.
    """
    found = ProviderAccount.objects.filter(kind=Simulator.slug).order_by("id").first()
    if found is not None:
        return found
    given = dict(credentials or {})
    return accounts.create(name=NAME, kind=Simulator.slug, credentials=given, by=None, at=at)
