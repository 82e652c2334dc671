"""Subscriptions that ask: kept once, and confirmed by somebody's click alone."""

import json

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from deliveries.models import AuditEvent
from ingestion import inbox, subscriptions
from ingestion.models import Subscription
from providers.base import CannotConfirm
from providers.models import ProviderAccount
from providers.sms.aws import Aws
from tests import records
from tests.ingestion import callbacks

pytestmark = pytest.mark.django_db

TOPIC = "arn:aws:sns:eu-west-1:123456789012:sms"


@pytest.fixture
def called(monkeypatch):
    """What is fetched of which host, by a stand-in for the network."""
    calls = []

    def fetch(host, path):
        calls.append((host, path))
        return b"<ConfirmSubscriptionResponse/>"

    monkeypatch.setattr(Aws, "fetch", staticmethod(fetch))
    return calls


@pytest.fixture
def account(db):
    made = records.account(kind="aws")
    made.credentials = {"topic_arns": TOPIC}
    made.save()
    return made


@pytest.fixture
def person(db):
    return User.objects.create_user("admin-person")


def ask(account, kind="SubscriptionConfirmation", token="t" * 600, topic=TOPIC):
    said = {"Type": kind, "TopicArn": topic, "Token": token, "SubscribeURL": "https://evil.example"}
    inbox.store([callbacks.raw(account, json.dumps(said).encode())])
    callbacks.apply_all()


def confirm(asked, person):
    subscriptions.confirm(
        account_id=asked.account_id,
        subscription_id=asked.pk,
        by=person,
        at=callbacks.RECEIVED,
    )


def test_what_asks_is_kept_once_and_nothing_is_called(account, called):
    ask(account)
    ask(account)
    ask(account, kind="UnsubscribeConfirmation")

    assert [(asked.topic, asked.ended) for asked in subscriptions.of(account_id=account.pk)] == [
        (TOPIC, True),
        (TOPIC, False),
    ]
    assert called == []
    assert callbacks.tallies(account)["received"] == 3


def test_a_click_calls_the_provider_s_own_host_and_is_journaled(account, called, person):
    ask(account, token="a b&c")

    confirm(Subscription.objects.get(), person)

    assert called == [
        (
            "sns.eu-west-1.amazonaws.com",
            (
                "/?Action=ConfirmSubscription"
                "&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A123456789012%3Asms"
                "&Token=a+b%26c&Version=2010-03-31"
            ),
        )
    ]
    asked = Subscription.objects.get()
    assert (asked.confirmed_at, asked.confirmed_by) == (callbacks.RECEIVED, person)
    line = AuditEvent.objects.get(code="ACC-1003")
    assert line.text == f"Account {account.pk}: subscription of {TOPIC} confirmed."
    assert line.actor == "admin-person"


@pytest.mark.parametrize("credentials", [{}, {"topic_arns": "arn:aws:sns:eu-west-1:1:other"}])
def test_a_topic_that_is_not_the_account_s_any_more_is_not_confirmed(
    account, called, person, credentials
):
    ask(account)
    account.credentials = credentials
    account.save()

    with pytest.raises(CannotConfirm, match="no longer"):
        confirm(Subscription.objects.get(), person)

    assert called == []
    assert Subscription.objects.get().confirmed_at is None


def test_credentials_that_cannot_be_read_confirm_nothing(account, called, person):
    ask(account)
    ProviderAccount.objects.update(sealed_credentials="nonsense")

    with pytest.raises(CannotConfirm):
        confirm(Subscription.objects.get(), person)
    assert called == []


def test_what_has_ended_or_is_another_account_s_is_not_there(account, called, person):
    ask(account, kind="UnsubscribeConfirmation")
    ended = Subscription.objects.get()

    with pytest.raises(Subscription.DoesNotExist):
        confirm(ended, person)
    Subscription.objects.update(ended=False)
    with pytest.raises(Subscription.DoesNotExist):
        subscriptions.confirm(account_id=0, subscription_id=ended.pk, by=person, at=timezone.now())
    assert called == []
