"""Reading stored callbacks again, previewed and confirmed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ingestion.models import InboxEntry
from messaging.statuses import MessageStatus
from providers.models import ProviderAccount
from tests import records

PATH = "/callbacks/held/replay/"


@pytest.fixture
def unread(db):
    """Make a message and a stored callback that would move it."""
    account = records.account(kind="twilio")
    message = records.message(records.delivery(account=account), provider_ids=("SM1",))
    InboxEntry.objects.create(
        account=account,
        method="POST",
        body=b"MessageSid=SM1&MessageStatus=delivered",
        received_at=timezone.now(),
    )
    return message


def form(**fields):
    account = ProviderAccount.objects.first()
    return {"account": account.pk if account else ""} | fields


def status_of(message):
    message.refresh_from_db()
    return message.status


def test_a_preview_tells_what_would_move_and_moves_nothing(operator, unread):
    response = operator.post(PATH, form())

    preview = response.context["preview"]
    assert (preview.entries, preview.moved) == (1, 1)
    assert (preview.deliveries, preview.addresses) == (1, 1)
    assert [move.message_id for move in preview.sample] == [unread.pk]
    assert "<td>Taken into account by the provider</td>" in " ".join(
        response.content.decode().split()
    )
    assert status_of(unread) == MessageStatus.ACCEPTED


def test_the_confirmed_replay_moves(operator, unread):
    response = operator.post(PATH, form(confirm="yes"), follow=True)

    assert status_of(unread) == MessageStatus.DELIVERED
    assert "Callbacks read again: 1. Messages moved: 1." in response.content.decode()


def test_a_replay_pressed_twice_moves_nothing_more(operator, unread):
    operator.post(PATH, form(confirm="yes"))

    response = operator.post(PATH, form(confirm="yes"), follow=True)

    assert "Callbacks read again: 1. Messages moved: 0." in response.content.decode()


def test_a_failure_is_told_with_its_reason(operator, unread):
    InboxEntry.objects.update(body=b"MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30005")

    response = operator.post(PATH, form())

    assert "Failed: User unknown (Hard)" in response.content.decode()


def test_a_period_without_callbacks_would_move_nothing(operator, unread):
    hour_ago = timezone.localtime() - timedelta(hours=1)

    response = operator.post(PATH, form(until=f"{hour_ago:%Y-%m-%dT%H:%M:%S}"))

    assert response.context["preview"].entries == 0
    assert "No message would move." in response.content.decode()


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"account": ""}, "__all__", "Choose an account or a period."),
        (
            {"since": "2026-11-23T12:00", "until": "2026-11-22T12:00"},
            "until",
            "The period ends before it begins.",
        ),
        ({"since": "yesterday"}, "since", "Enter a valid date/time."),
    ],
)
def test_a_choice_that_cannot_be_is_told(operator, unread, fields, field, sentence):
    response = operator.post(PATH, form(**fields))

    assert response.context["form"].errors == {field: [sentence]}
    assert "preview" not in response.context


def test_marketers_may_not_replay(marketer, unread):
    assert marketer.post(PATH, form(confirm="yes")).status_code == 403
    assert status_of(unread) == MessageStatus.ACCEPTED
