"""How long receipts of an account are waited for."""

from datetime import timedelta

from providers import registry
from providers.base import RECEIPT_LIMIT
from providers.models import ProviderAccount
from providers.secrets import UnreadableCredentials


def receipt_limit(account: ProviderAccount) -> timedelta:
    """Return how long after submission an account's receipts can still come.

    The account's own word comes before its provider's; where neither can be read, the usual one.
    """
    try:
        provider = registry.get(account.kind)
    except registry.UnknownKind:
        return RECEIPT_LIMIT
    try:
        return provider.waits(account.credentials)
    except UnreadableCredentials:
        return provider.receipt_limit
