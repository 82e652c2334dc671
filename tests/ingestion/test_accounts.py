"""Accounts: made and changed with their secrets sealed, and found without a query each time."""

import time

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client

from deliveries.models import AuditEvent
from ingestion import accounts
from ingestion.accounts import BadAccount
from providers.models import ProviderAccount
from tests import records, threads
from tests.ingestion import callbacks
from tests.records import NOON
from tests.waiting import somebody_waits, until


@pytest.fixture
def anna(db):
    return get_user_model().objects.create_user("anna")


def create(**fields):
    made = {"name": "Main", "kind": "twilio", "credentials": {}, "by": None, "at": NOON}
    return accounts.create(**made | fields)


def change(account, **fields):
    return accounts.change(account_id=account.pk, by=None, at=NOON, **fields)


def journal():
    return list(AuditEvent.objects.order_by("id").values_list("code", "text", "actor"))


def test_an_account_has_a_callback_address_and_sealed_credentials(anna, settings):
    settings.PUBLIC_URL = "https://sms.example.org"

    account = create(name=" Main ", credentials={"auth_token": "s3cret"}, by=anna)

    found = ProviderAccount.objects.get()
    assert (found.name, found.kind, found.credentials) == (
        "Main",
        "twilio",
        {"auth_token": "s3cret"},
    )
    assert "s3cret" not in found.sealed_credentials
    assert accounts.callback_url(account) == f"https://sms.example.org/callbacks/{found.token}/"
    assert journal() == [("ACC-1001", f"Account {account.pk} (twilio) created.", "anna")]


@pytest.mark.django_db
def test_credentials_that_are_ours_to_choose_are_chosen():
    assert len(create(kind="simulator").credentials["secret"]) == 64
    given = create(name="Other", kind="simulator", credentials={"secret": "mine"})
    assert given.credentials == {"secret": "mine"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": ""}, {"name": "Give the account a name."}),
        ({"name": "x" * 101}, {"name": "At most 100 characters."}),
        (
            {"name": "Taken"},
            {"name": "Another account has this name: choose a different one."},
        ),
        (
            {"credentials": {"token": "x"}},
            {"credentials": "token: This kind of account has no such credential."},
        ),
        (
            {"name": "", "credentials": {"auth_token": 5}},
            {"name": "Give the account a name.", "credentials": "auth_token: Give a text."},
        ),
    ],
)
def test_what_is_wrong_with_an_account_is_named(fields, errors):
    records.account(name="Taken")

    with pytest.raises(BadAccount) as caught:
        create(**fields)

    assert caught.value.errors == errors
    assert str(caught.value) == "; ".join(errors.values())
    assert ProviderAccount.objects.count() == 1


@pytest.mark.django_db
def test_an_account_of_no_known_kind_is_not_made():
    with pytest.raises(BadAccount) as caught:
        create(kind="pigeon", name="")

    assert list(caught.value.errors) == ["name", "kind"]


def test_a_change_is_told_without_what_was_changed(anna):
    account = create()

    accounts.change(
        account_id=account.pk, by=anna, at=NOON, name="New", credentials={"auth_token": "new"}
    )

    found = ProviderAccount.objects.get()
    assert (found.name, found.credentials, found.token) == (
        "New",
        {"auth_token": "new"},
        account.token,
    )
    assert journal()[1:] == [
        ("ACC-1002", f"Account {account.pk} changed: name, credentials.", "anna")
    ]


@pytest.mark.django_db
def test_a_change_of_nothing_is_not_told():
    account = create(credentials={"auth_token": "old"})

    change(account)
    change(account, name=" Main ")

    assert ProviderAccount.objects.get().credentials == {"auth_token": "old"}
    assert len(journal()) == 1


@pytest.mark.django_db
def test_a_change_that_cannot_be_is_refused():
    account = create()
    records.account(name="Taken")

    for fields in ({"name": "Taken"}, {"name": ""}, {"credentials": {"verify": "no"}}):
        with pytest.raises(BadAccount):
            change(account, **fields)

    assert ProviderAccount.objects.get(pk=account.pk).name == "Main"


@pytest.mark.django_db(transaction=True)
def test_an_account_is_asked_for_once_in_two_seconds():
    account = records.account()
    first = accounts.by_token(account.token)
    ProviderAccount.objects.all().delete()

    assert accounts.by_token(account.token) is first
    assert first.account_id == account.pk


@pytest.mark.django_db(transaction=True)
def test_a_change_is_seen_within_two_seconds():
    account = callbacks.account()
    door = f"/callbacks/{account.token}/"
    assert Client().post(door, b"{}", content_type="application/json").status_code == 204

    change(account, credentials={"secret": "s"})
    time.sleep(accounts.FRESH_SECONDS)

    assert accounts.FRESH_SECONDS == 2.0
    assert Client().post(door, b"{}", content_type="application/json").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_tokens_that_nobody_has_are_remembered_no_more_than_others(monkeypatch):
    monkeypatch.setattr(accounts, "MOST_REMEMBERED", 3)
    account = records.account()
    for number in range(5):
        assert accounts.by_token(f"{number}" * 43) is None

    assert accounts.by_token(account.token).account_id == account.pk
    assert len(accounts._remembered) == 3


def test_what_cannot_be_a_token_is_not_asked_for(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        for token in ("", "short", "a" * 65, "a" * 42 + "\n", "a" * 42 + "é", "\0" * 43):
            assert accounts.by_token(token) is None


@pytest.mark.django_db(transaction=True)
def test_the_second_press_of_the_button_is_told_that_the_name_is_taken():
    new = {"name": "Main", "kind": "kannel", "credentials": {}, "by": None, "at": NOON}

    with transaction.atomic():
        accounts.create(**new)
        second = threads.apart(accounts.create, **new)
        until(somebody_waits)

    with pytest.raises(BadAccount, match="Another account has this name"):
        second.result(threads.PATIENCE_SECONDS)
    assert ProviderAccount.objects.count() == 1
