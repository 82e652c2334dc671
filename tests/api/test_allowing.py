"""Addresses that are written to although they are in quarantine, over the API."""

import pytest

from deliveries.models import AuditEvent
from sending.models import AllowedAddress

pytestmark = pytest.mark.django_db
PATH = "/api/v1/allowlist/"
ANNA = "+393331234567"


def add(client, **body):
    return client.post(PATH, {"address": "+39 333 1234567", "reason": f"Our phone {ANNA}"} | body)


def test_an_address_is_put_on_the_list_and_taken_off_again(admin):
    made = add(admin)
    listed = admin.get(PATH).json()["results"]

    assert (made.status_code, listed) == (201, [made.json()])
    row = made.json()
    assert (row["channel"], row["address"], row["made_by"]) == ("sms", ANNA, "admin-machine")
    assert admin.delete(f"{PATH}{row['id']}/").status_code == 204
    assert admin.delete(f"{PATH}{row['id']}/").status_code == 404
    assert not AllowedAddress.objects.exists()
    lines = AuditEvent.objects.filter(code="TYP-1003", actor="admin-machine").order_by("id")
    assert len(lines) == 2
    assert not any("1234567" in line.text for line in lines)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"address": "nobody"}, 400, "address"),
        ({"reason": ""}, 400, "reason"),
        ({"channel": "sms"}, 400, "channel"),
        ({}, 409, "detail"),
    ],
)
def test_what_cannot_be_put_there_says_why(admin, body, code, field):
    add(admin)

    answer = add(admin, **body)

    assert (answer.status_code, list(answer.json())) == (code, [field])


def test_it_is_changed_by_admins_and_shown_without_addresses_to_marketers(
    admin, operator, marketer
):
    row = add(admin).json()

    assert add(operator).status_code == 403
    assert operator.delete(f"{PATH}{row['id']}/").status_code == 403
    (shown,) = marketer.get(PATH).json()["results"]
    assert "1234567" not in f"{shown['address']} {shown['reason']}"
    assert operator.get(PATH).json()["results"][0]["address"] == ANNA


@pytest.mark.parametrize("rows", [1, 3])
def test_it_is_listed_with_a_fixed_number_of_queries(admin, django_assert_num_queries, rows):
    for number in range(rows):
        add(admin, address=f"+39333123456{number}")

    with django_assert_num_queries(4):
        assert len(admin.get(PATH).json()["results"]) == rows
