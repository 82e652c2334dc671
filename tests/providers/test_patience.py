"""How long receipts of an account are waited for."""

from datetime import timedelta

import pytest

from providers import patience
from providers.models import ProviderAccount


def account(kind, **credentials):
    made = ProviderAccount(name="A", kind=kind)
    made.credentials = credentials
    return made


@pytest.mark.parametrize(
    ("made", "hours"),
    [
        (account("bandwidth"), 26),
        (account("bandwidth", receipt_hours="3"), 3),
        (account("pigeon"), 72),
        (ProviderAccount(kind="bandwidth", sealed_credentials="nonsense"), 26),
    ],
)
def test_the_account_s_word_comes_first_then_its_provider_s_then_the_usual_one(made, hours):
    assert patience.receipt_limit(made) == timedelta(hours=hours)
