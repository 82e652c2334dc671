"""Deliveries by e-mail speak of mail servers and mailboxes, not of phones."""

import pytest

from messaging.failures import FailureType, Reason
from messaging.statuses import Evidence, MessageStatus
from tests import records

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery():
    return records.delivery(
        account=records.account(kind="postmark"), channel="email", content="Dear reader"
    )


@pytest.fixture
def message(delivery):
    return records.message(
        delivery,
        address="anna@example.org",
        status=MessageStatus.DELIVERED,
        evidence=Evidence.CARRIER,
    )


def text_of(person, path):
    return person.get(path).content.decode()


def test_the_list_shows_the_channel(operator, delivery):
    records.delivery()

    text = text_of(operator, "/deliveries/")

    assert text.count('aria-label="E-mail"') == 1
    assert text.count('aria-label="SMS"') == 1
    assert '<option value="email">E-mail</option>' in text


def test_the_summary_speaks_of_the_mail_server(operator, delivery, message):
    text = text_of(operator, f"/deliveries/{delivery.pk}/")

    assert "Of 1 delivered, 1 by the mail server." in text
    assert "Segments" not in text
    assert "Countries and networks" not in text
    assert "handset" not in text


def test_who_opted_out_is_counted_without_a_way_to_replies(operator, delivery, message):
    records.opt_out(message)

    text = text_of(operator, f"/deliveries/{delivery.pk}/")

    assert "Opted out" in text
    assert "/inbound/?delivery" not in text


def test_the_content_is_shown_without_a_phone(admin, operator, delivery):
    text = text_of(operator, f"/deliveries/{delivery.pk}/sms/")
    delivery.status = "editing"
    delivery.save()
    form = text_of(operator, f"/deliveries/{delivery.pk}/sms/")

    assert "Dear reader" in text
    for page in (text, form):
        assert "phone__" not in page
        assert "sms/preview" not in page


def test_logs_and_the_story_of_a_message_name_what_a_mail_server_did(operator, delivery, message):
    records.event(message, status=MessageStatus.DELIVERED)
    records.event(
        message,
        status=None,
        failure_type=FailureType.HARD,
        reason=Reason.DENYLISTED,
        text="complained; abuse",
        moved=False,
    )

    logs = text_of(operator, f"/deliveries/{delivery.pk}/logs/")
    story = text_of(operator, f"/messages/{message.pk}/")

    for page in (logs, story):
        assert "Received by the mail server" in page
        assert "Received on mobile" not in page
    assert "Confirmed by the mail server" in story
    assert "Whether it was read, nobody says." in story
    assert "The recipient wants no more: the address is denylisted" in story
    assert 'aria-label="E-mail"' in story
