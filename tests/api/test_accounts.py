"""Provider accounts: credentials go in and never come out."""

import json

import pytest

from providers.models import ProviderAccount
from tests import records

pytestmark = pytest.mark.django_db
SECRET = "s3cret-auth-token"


def made(admin, **body):
    given = {"name": "Main", "kind": "twilio", "credentials": {"auth_token": SECRET}} | body
    # As ASCII, so that half a surrogate pair can be sent too.
    return admin.post("/api/v1/accounts/", json.dumps(given), content_type="application/json")


def test_an_account_is_made_and_tells_its_callback_address(admin, settings):
    settings.PUBLIC_URL = "https://sms.example.org"

    response = made(admin)

    account = ProviderAccount.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": str(account.pk),
        "name": "Main",
        "kind": "twilio",
        "messages_per_second": 10,
        "short_domain": "",
        "credentials_set": ["auth_token"],
        "verification": "signature",
        "warning": None,
        "callback_url": f"https://sms.example.org/callbacks/{account.token}/",
        "created_at": account.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert account.credentials == {"auth_token": SECRET}


def test_an_account_shows_what_proves_its_callbacks(admin):
    kannel = made(admin, name="k", kind="kannel", credentials={}).json()
    unchecked = made(admin, name="u", credentials={"verify": "none"}).json()

    assert (kannel["verification"], kannel["warning"]) == ("token", None)
    assert unchecked["verification"] == "none"
    assert "not checked" in unchecked["warning"]
    assert "secret" in made(admin, name="s", credentials={}).json()["warning"]


def test_credentials_under_another_key_are_told_not_shown(admin, settings):
    identifier = made(admin).json()["id"]
    settings.SECRET_KEY = "another key, long enough for everybody to be content with it"

    shown = admin.get(f"/api/v1/accounts/{identifier}/").json()

    assert shown["credentials_set"] == []
    assert "enter them again" in shown["warning"]


def test_a_change_replaces_credentials_and_keeps_the_rest(admin):
    account = made(admin).json()

    response = admin.patch(
        f"/api/v1/accounts/{account['id']}/", {"credentials": {"auth_token": ["old", "new"]}}
    )

    assert response.status_code == 200
    assert response.json() == account
    assert ProviderAccount.objects.get().credentials == {"auth_token": ["old", "new"]}


def test_a_name_is_changed_without_touching_credentials(admin):
    account = made(admin).json()

    response = admin.patch(f"/api/v1/accounts/{account['id']}/", {"name": "Backup"})

    assert response.json() == account | {"name": "Backup"}


def test_an_unknown_kind_is_refused_with_the_kinds_there_are(admin):
    response = made(admin, kind="pigeon")

    assert response.status_code == 400
    assert list(response.json()) == ["kind"]
    for kind in ("twilio", "kannel", "jasmin", "smpp", "simulator"):
        assert kind in response.json()["kind"][0]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"credentials": {"auth_tokn": "x"}}, "credentials"),
        ({"credentials": {"auth_token": 5}}, "credentials"),
        ({"credentials": "x"}, "credentials"),
        ({"credential": {}}, "credential"),
        ({"token": "x"}, "token"),
        ({"callback_url": "x"}, "callback_url"),
    ],
)
def test_what_makes_no_account_is_refused_by_name(admin, body, field):
    response = made(admin, **body)

    assert response.status_code == 400
    assert list(response.json()) == [field]
    assert SECRET not in response.content.decode()


def test_the_kind_of_an_account_stays(admin):
    account = made(admin).json()

    response = admin.patch(f"/api/v1/accounts/{account['id']}/", {"kind": "kannel"})

    assert response.status_code == 400
    assert list(response.json()) == ["kind"]


def test_two_accounts_do_not_share_a_name(admin):
    made(admin)

    assert list(made(admin).json()) == ["name"]


def test_only_those_who_manage_accounts_make_and_change_them(operator, marketer):
    account = records.account()

    assert made(operator).status_code == 403
    assert operator.patch(f"/api/v1/accounts/{account.pk}/", {"name": "x"}).status_code == 403


@pytest.mark.parametrize(("role", "rate"), [("operator", 10), ("marketer", None)])
def test_who_does_not_manage_accounts_reads_what_pages_show(request, role, rate):
    caller = request.getfixturevalue(role)
    account = records.account(kind="twilio", credentials={"verify": "none", "auth_token": "x"})

    shown = caller.get(f"/api/v1/accounts/{account.pk}/").json()

    assert shown == {
        "id": str(account.pk),
        "name": account.name,
        "kind": "twilio",
        "messages_per_second": rate,
        "short_domain": "",
        "credentials_set": None,
        "verification": None,
        "warning": None,
        "callback_url": None,
        "created_at": None,
    }
    assert caller.get("/api/v1/accounts/").json()["results"] == [shown]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_however_long(admin, rows, django_assert_num_queries):
    accounts = [records.account() for _ in range(rows)]

    with django_assert_num_queries(4):  # token, rights of the user, rights of the group, rows
        response = admin.get("/api/v1/accounts/")

    listed = [row["id"] for row in response.json()["results"]]
    assert listed == [str(account.pk) for account in reversed(accounts)]


def test_how_fast_an_account_sends_is_set_and_taken_back(admin):
    path = f"/api/v1/accounts/{made(admin, messages_per_second=7).json()['id']}/"
    assert admin.get(path).json()["messages_per_second"] == 7

    changed = admin.patch(path, {"messages_per_second": None})

    assert changed.json()["messages_per_second"] == 10
    refused = admin.patch(path, {"messages_per_second": 0})
    assert (refused.status_code, list(refused.json())) == (400, ["messages_per_second"])
