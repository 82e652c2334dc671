"""What statuses and evidence are called on each channel."""

import pytest

from messaging.statuses import (
    DeliveryStatus,
    Evidence,
    MessageStatus,
    evidence_name,
    stands,
    status_name,
)


@pytest.mark.parametrize(
    ("status", "channel", "name"),
    [
        (MessageStatus.DELIVERED, "sms", "Received on mobile"),
        (MessageStatus.DELIVERED, "email", "Received by the mail server"),
        (MessageStatus.FAILED, "email", "Failed"),
    ],
)
def test_a_status_is_called_as_on_its_channel(status, channel, name):
    assert status_name(status, channel) == name


@pytest.mark.parametrize(
    ("channel", "name"),
    [("sms", "Confirmed by the carrier"), ("email", "Confirmed by the mail server")],
)
def test_evidence_is_called_as_on_its_channel(channel, name):
    assert evidence_name(Evidence.CARRIER, channel) == name


def test_a_sentence_can_begin_with_how_a_delivery_stands():
    assert stands("targeting") == "The delivery is being prepared"
    assert len({str(stands(status)) for status in DeliveryStatus}) == len(DeliveryStatus)
