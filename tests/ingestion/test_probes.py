"""A provider that only asks whether anybody is there is answered, and nothing is stored."""

import pytest
from django.test import Client

from ingestion.models import InboxEntry
from tests import records

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_probe_needs_no_proof_and_leaves_no_trace(method):
    account = records.account(kind="vonage")

    response = Client().generic(method, f"/callbacks/{account.token}/")

    assert (response.status_code, response.content) == (200, b"OK")
    assert InboxEntry.objects.count() == 0


def test_whoever_says_something_must_prove_who_they_are():
    account = records.account(kind="vonage")

    response = Client().get(f"/callbacks/{account.token}/?messageId=1&status=delivered")

    assert response.status_code == 403
    assert InboxEntry.objects.count() == 0
