"""E-mail providers at the door: asked for their user, refused without their proof, then stored."""

import base64
import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client, override_settings

from ingestion.models import InboxEntry
from providers import registry
from providers.base import Callback
from providers.mail import MOST_BYTES
from tests import records
from tests.ingestion import mailing
from tests.records import NOON

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = sorted(mailing.WRITERS)
client = Client()


def door(kind, **credentials):
    account = records.account(kind=kind)
    account.credentials = credentials
    account.save()
    return f"/callbacks/{account.token}/"


def post(path, body, content_type="application/json", **headers):
    return client.generic("POST", path, body, content_type, headers=headers)


@pytest.mark.parametrize("kind", KINDS)
def test_a_callback_with_user_and_password_is_let_in_and_one_without_is_asked(kind):
    provider = registry.get(kind)
    key = {provider.key: "whsec_c2VjcmV0"} if provider.signs_always and kind != "postal" else {}
    credentials = {"webhook_secret": "anna:pw"} | key
    sample = provider.example(credentials)
    path = door(kind, **credentials)

    unknown = post(path, sample.body, sample.content_type)

    assert (unknown.status_code, unknown["WWW-Authenticate"]) == (401, 'Basic realm="callbacks"')
    assert not InboxEntry.objects.exists()
    if kind == "postal":
        return
    headers = provider.sign(_callback(path, sample), credentials)
    assert post(path, sample.body, sample.content_type, **headers).status_code == 204
    assert "Authorization" not in json.loads(InboxEntry.objects.get().headers)
    headers |= {"Authorization": f"Basic {base64.b64encode(b'anna:no').decode()}"}
    assert post(path, sample.body, sample.content_type, **headers).status_code == 403
    assert InboxEntry.objects.count() == 1


def _callback(path, sample):
    headers = {"Content-Type": sample.content_type}
    url = f"{settings.PUBLIC_URL}{path}"
    return Callback("POST", url, headers, sample.body.encode(), NOON)


@pytest.mark.parametrize(
    ("kind", "credentials"),
    [
        (kind, {registry.get(kind).key: "k"} if registry.get(kind).key else {})
        for kind in KINDS
        if registry.get(kind).key
    ],
)
def test_what_is_not_signed_with_the_account_s_key_is_refused(kind, credentials):
    path = door(kind, **credentials)

    assert post(path, b'{"auth": "x"}').status_code == 403
    assert not InboxEntry.objects.exists()


def test_questions_are_answered_and_not_kept():
    assert client.head(door("mandrill")).status_code == 204
    assert client.get(door("unisender_go")).status_code == 204
    assert not InboxEntry.objects.exists()


@override_settings(CALLBACK_MAX_BYTES=1024)
def test_a_batch_of_events_may_be_long():
    path = door("brevo")

    assert post(path, b"x" * 2048).status_code == 204
    assert post(path, b"x" * (MOST_BYTES + 1)).status_code == 413
    assert post(door("kannel"), b"x" * 2048).status_code == 413


def test_nothing_of_anymail_is_imported_before_an_event_is_read():
    code = (
        "import django, sys; django.setup(); from providers import registry;"
        "registry.choices(); sys.exit(any(name.startswith('anymail') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
