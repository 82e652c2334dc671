"""Provider accounts."""

import re

import pytest

from dashboard.account_cards import Trust, of
from providers import registry
from providers.models import ProviderAccount
from tests import records
from tests.dashboard.queries import cost

TOKEN = "0123456789abcdef0123456789abcdef"
OTHER_TOKEN = "fedcba9876543210fedcba9876543210"


def twilio(**credentials):
    account = records.account(kind="twilio")
    account.credentials = credentials
    account.save()
    return account


def text_of(response):
    return response.content.decode()


def save(client, account, **form):
    form = {"name": account.name} | form
    response = client.post(f"/accounts/{account.pk}/", form)
    account.refresh_from_db()
    return response


def test_the_list_tells_the_callback_address_with_a_button_to_copy_it(admin):
    account = records.account()

    text = text_of(admin.get("/accounts/"))

    assert re.search(rf'value="[^"]+/callbacks/{account.token}/"', text)
    assert f'data-copies="address-{account.pk}"' in text


def test_a_new_account_asks_for_the_kind_first(admin):
    text = text_of(admin.get("/accounts/new/"))

    assert re.findall(r'<option value="(\w+)"', text) == [
        kind for _channel, kinds in registry.by_channel() for kind, _label in kinds
    ]


def test_an_account_of_every_kind_can_be_added(admin):
    for kind in registry.PROVIDERS:
        response = admin.post("/accounts/new/", {"kind": kind, "name": f"Of {kind}"})
        assert admin.get(response.url).status_code == 200


def test_a_new_account_asks_for_the_credentials_of_its_kind(admin):
    form = admin.get("/accounts/new/?kind=twilio").context["form"]

    assert list(form.fields) == [
        "name",
        "credential_auth_token",
        "credential_account_sid",
        "credential_messaging_service_sid",
        "credential_base_url",
        "receipt_hours",
        "rate",
        "short_domain",
        "unverified",
    ]


def test_an_account_is_added(admin):
    response = admin.post(
        "/accounts/new/", {"kind": "twilio", "name": "Main", "credential_auth_token": TOKEN}
    )

    account = ProviderAccount.objects.get()
    assert response.url == f"/accounts/{account.pk}/"
    assert (account.name, account.kind, account.credentials) == (
        "Main",
        "twilio",
        {"auth_token": TOKEN},
    )


def test_a_second_press_adds_no_second_account(admin):
    form = {"kind": "twilio", "name": "Main", "credential_auth_token": TOKEN}
    admin.post("/accounts/new/", form)

    response = admin.post("/accounts/new/", form)

    assert response.status_code == 200
    assert "name" in response.context["form"].errors
    assert ProviderAccount.objects.count() == 1


def test_a_secret_is_never_shown_again(admin):
    account = twilio(auth_token=[TOKEN, OTHER_TOKEN])

    text = text_of(admin.get(f"/accounts/{account.pk}/"))

    assert TOKEN not in text
    assert OTHER_TOKEN not in text
    assert "2 values are stored" in text


def test_an_empty_secret_leaves_the_stored_one(admin):
    account = twilio(auth_token=TOKEN)

    save(admin, account, name="Renamed")

    assert (account.name, account.credentials) == ("Renamed", {"auth_token": TOKEN})


def test_several_secrets_stay_as_they_are(admin):
    account = twilio(auth_token=[TOKEN, OTHER_TOKEN])

    save(admin, account, name="Renamed")

    assert account.credentials == {"auth_token": [TOKEN, OTHER_TOKEN]}


def test_another_secret_is_added_so_that_both_are_accepted(admin):
    account = twilio(auth_token=TOKEN)

    save(admin, account, credential_auth_token=OTHER_TOKEN)

    assert account.credentials == {"auth_token": [OTHER_TOKEN, TOKEN]}


def test_the_same_secret_again_is_kept_once(admin):
    account = twilio(auth_token=TOKEN)

    save(admin, account, credential_auth_token=TOKEN)

    assert account.credentials == {"auth_token": TOKEN}


def test_old_secrets_are_forgotten_on_request(admin):
    account = twilio(auth_token=[TOKEN, "old"])

    save(admin, account, credential_auth_token=OTHER_TOKEN, only_auth_token="on")

    assert account.credentials == {"auth_token": OTHER_TOKEN}


def test_all_secrets_can_be_forgotten(admin):
    account = twilio(auth_token=TOKEN)

    save(admin, account, only_auth_token="on")

    assert account.credentials == {}


def test_verification_is_turned_off_and_on(admin):
    account = twilio(auth_token=TOKEN)

    save(admin, account, unverified="on")
    assert account.credentials == {"auth_token": TOKEN, "verify": "none"}
    assert "Verification is off" in text_of(admin.get("/accounts/"))

    save(admin, account)
    assert account.credentials == {"auth_token": TOKEN}


def test_what_is_no_secret_is_shown_and_changed(admin):
    account = records.account(kind="smpp")
    account.credentials = {"timezone": "Europe/Rome"}
    account.save()

    assert 'value="Europe/Rome"' in text_of(admin.get(f"/accounts/{account.pk}/"))

    save(admin, account, credential_timezone="Europe/Paris")
    assert account.credentials == {"timezone": "Europe/Paris"}


def test_a_table_is_shown_and_changed_as_a_text(admin):
    account = records.account(kind="kaleyra")
    account.credentials = {"fields": {"id": "msg", "status": "dlr"}}
    account.save()

    assert 'value="id=msg, status=dlr"' in text_of(admin.get(f"/accounts/{account.pk}/"))

    save(admin, account, credential_fields="id=mid")
    assert account.credentials == {"fields": "id=mid"}


def test_a_wrong_credential_is_told_and_nothing_changes(admin):
    account = records.account(kind="smpp")

    response = save(admin, account, credential_timezone="Nowhere")

    assert "There is no such time zone" in text_of(response)
    assert account.credentials == {}


def test_what_is_wrong_with_credentials_stands_beside_each(admin):
    account = records.account(kind="smpp")

    response = save(admin, account, credential_timezone="Nowhere", credential_id_regex="([")

    assert dict(response.context["form"].errors) == {
        "credential_timezone": ["There is no such time zone. Write it like Europe/Rome."],
        "credential_id_regex": [
            "Not a regular expression: unterminated character set at position 2"
        ],
    }


@pytest.mark.parametrize(
    ("kind", "credentials", "trust"),
    [
        ("twilio", {"auth_token": TOKEN}, Trust.SIGNED),
        ("twilio", {}, Trust.INCOMPLETE),
        ("twilio", {"auth_token": TOKEN, "verify": "none"}, Trust.OFF),
        ("vonage", {"api_secret": "for sending"}, Trust.INCOMPLETE),
        ("mailgun", {"webhook_secret": "anna:1"}, Trust.INCOMPLETE),
        ("mailgun", {"webhook_secret": "anna:1", "api_key": TOKEN}, Trust.SIGNED),
        ("brevo", {"webhook_secret": "anna:1"}, Trust.SIGNED),
        ("kannel", {}, Trust.TOKEN),
        ("gone", {}, Trust.TOKEN),
    ],
)
def test_an_account_tells_how_far_it_can_be_trusted(db, kind, credentials, trust):
    account = records.account(kind=kind)
    account.credentials = credentials

    assert of(account).trust == trust


def test_credentials_that_cannot_be_read_any_more_are_asked_for_again(admin):
    account = records.account(kind="twilio", sealed_credentials="stored under another key")
    assert "Credentials cannot be read: enter them again" in text_of(admin.get("/accounts/"))

    save(admin, account, credential_auth_token=TOKEN)

    assert account.credentials == {"auth_token": TOKEN}


def test_an_account_of_a_kind_that_is_gone_is_listed_but_not_changed(admin):
    account = records.account(kind="gone")

    assert "gone" in text_of(admin.get("/accounts/"))
    assert admin.get(f"/accounts/{account.pk}/").status_code == 404


@pytest.mark.parametrize("path", ["/accounts/", "/accounts/new/", "/accounts/1/"])
def test_only_administrators_open_accounts(operator, path):
    assert operator.get(path).status_code == 403


def test_without_accounts_the_page_says_what_to_do(admin):
    assert "No accounts yet" in text_of(admin.get("/accounts/"))


def test_one_row_costs_as_many_queries_as_three(admin):
    records.account()
    one = cost(admin, "/accounts/")

    records.account()
    records.account()

    assert cost(admin, "/accounts/") == one
