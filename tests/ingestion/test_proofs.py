"""A proof that cannot be checked just now is neither refused nor believed."""

import json

import pytest
from django.test import Client

from ingestion.models import InboxEntry
from providers import certificates
from tests import records

TOPIC = "arn:aws:sns:eu-west-1:123456789012:sms"
ENVELOPE = {
    "Type": "Notification",
    "TopicArn": TOPIC,
    "Message": "{}",
    "SignatureVersion": "2",
    "Signature": "",
    "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/a.pem",
}


@pytest.fixture
def network_down(monkeypatch):
    def fetch(_host, _path):
        raise OSError("down")

    monkeypatch.setattr(certificates.keys, "_fetch", fetch)
    monkeypatch.setattr(certificates.keys, "_failed_at", None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("network_down")
def test_a_callback_whose_certificate_cannot_be_fetched_is_asked_for_again():
    account = records.account(kind="aws")
    account.credentials = {"topic_arns": TOPIC}
    account.save()

    answer = Client().post(
        f"/callbacks/{account.token}/", json.dumps(ENVELOPE), content_type="text/plain"
    )

    assert answer.status_code == 503
    assert InboxEntry.objects.count() == 0
