"""A callback as it was posted."""

import json

from django.contrib.auth.models import Permission

from ingestion.models import InboxEntry
from tests import records
from tests.dashboard.conftest import logged_in
from tests.records import NOON

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def entry(body, *, headers=FORM, query=""):
    return InboxEntry.objects.create(
        account=records.account(),
        method="POST",
        query=query,
        headers=json.dumps(headers),
        body=body,
        received_at=NOON,
    )


def shown(client, found):
    return client.get(f"/callbacks/raw/{found.pk}/")


def test_a_form_is_shown_field_by_field(operator):
    response = shown(operator, entry(b"To=%2B391&Empty=", query="part=1"))

    parts = response.context["parts"]
    assert (parts.fields, parts.query, parts.text) == (
        [("To", "+391"), ("Empty", "")],
        [("part", "1")],
        "",
    )
    assert "<dt>To</dt><dd>+391</dd>" in "".join(response.content.decode().split("\n")).replace(
        "> <", "><"
    )


def test_json_is_shown_indented(operator):
    response = shown(operator, entry(b'{"a":["b"]}', headers={"Content-Type": "application/json"}))

    assert response.context["parts"].text == '{\n  "a": [\n    "b"\n  ]\n}'


def test_what_is_neither_is_shown_as_it_came_and_escaped(operator):
    response = shown(operator, entry(b"<script>\xff", headers={}))

    assert "&lt;script&gt;\\xff" in response.content.decode()


def test_a_body_of_deep_json_is_shown_as_it_came(operator):
    body = b"[" * 20_000

    assert shown(operator, entry(body, headers={})).context["parts"].text == body.decode()


def test_a_form_of_too_many_fields_is_shown_as_it_came(operator):
    body = b"a=1&" * 1001

    assert shown(operator, entry(body)).context["parts"].text == body.decode()


def test_secrets_in_headers_are_never_shown(operator):
    response = shown(operator, entry(b"a=1", headers={**FORM, "Authorization": "Basic c2VjcmV0"}))

    assert "c2VjcmV0" not in response.content.decode()


def test_a_callback_that_was_dropped_says_so(operator):
    response = operator.get("/callbacks/raw/5/")

    assert response.status_code == 410
    assert "Expired" in response.content.decode()


def test_whoever_handles_callbacks_but_reads_no_addresses_may_not_see_them(db):
    client = logged_in("marketer")
    client.user.user_permissions.add(Permission.objects.get(codename="handle_callbacks"))

    assert shown(client, entry(b"")).status_code == 403
