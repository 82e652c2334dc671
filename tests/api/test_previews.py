"""The preview of a delivery over the API: as in the pages, for who may write deliveries."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging.statuses import MessageStatus
from sending.models import Recipient, Upload
from tests import records
from tests.sending import targets

pytestmark = pytest.mark.django_db

TEXT = "Hi {{first_name|friend}}, {{phone|}}{{surname}}"
ROWS = [("+39 347 000 0001", "Anna"), ("+393470000002", "Maximiliana Ş"), ("00393470000003", "")]


@pytest.fixture
def draft(db):
    """A draft with three recipients, the second of whom forces UCS-2."""
    made = targets.delivery(content=TEXT, sender="ACME")
    for line, (address, name) in enumerate(ROWS, start=1):
        fields = {"first_name": name, "phone": address}
        Recipient.objects.create(
            delivery=made, line=line, address=address, reference=f"CRM-{line}", fields=fields
        )
    # One line could not be read: nobody is written to for it.
    Upload.objects.create(
        delivery=made, state=Upload.State.DONE, received=3, bad_count=1, made_at=made.created_at
    )
    return made


def preview(caller, delivery, **query):
    return caller.get(f"/api/v1/deliveries/{delivery.pk}/preview/", query)


def test_the_first_recipient_s_phone_is_shown_with_what_the_text_takes(operator, draft):
    found = preview(operator, draft).json()

    assert found == {
        "recipient": {"line": 1, "address": "+39 347 000 0001", "reference": "CRM-1"},
        "sender": "ACME",
        "text": "Hi Anna, +39 347 000 0001",
        "encoding": "gsm7",
        "characters": 25,
        "units": 25,
        "segments": 1,
        "remaining": 135,
        "limit": 160,
        "national": None,
        "forcing": [],
        "target_fields": {
            "known": ["first_name", "phone"],
            "unknown": ["surname"],
            "empty": ["phone", "surname"],
        },
        "longest": {"line": 2, "encoding": "ucs2", "units": 31, "segments": 1, "examined": 3},
        "estimate": {
            "segments": 1, "messages": 3, "exact": False, "totals": [], "unknown": 3,
            "shares": [
                {"country": "IT", "messages": 3, "price": None, "currency": None, "amount": None}
            ],
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("recipient", "line"),
    [("2", 2), ("+393470000001", 1), (" 393470000003", 3), ("00393470000002", 2), ("longest", 2)],
)
def test_a_recipient_is_chosen_by_line_or_address_or_as_the_longest(
    operator, draft, recipient, line
):
    assert preview(operator, draft, recipient=recipient).json()["recipient"]["line"] == line


def test_an_address_of_mail_is_found_in_any_case(operator):
    draft = targets.delivery(channel="email", content="Hi")
    targets.take(draft, "email\nben1@example.org\nAnna1@Example.org\n")

    found = preview(operator, draft, recipient="anna1@example.ORG").json()

    assert found["recipient"]["line"] == 3


def test_forcing_characters_and_national_tables_are_told(operator, draft):
    found = preview(operator, draft, recipient="2").json()

    assert found["forcing"] == [
        {
            "character": "Ş",
            "code": "U+015E",
            "name": "Latin capital letter s with cedilla",
            "position": 16,
            "times": 1,
            "instead": "S",
            "lossless": False,
        }
    ]
    assert (found["encoding"], found["limit"], found["national"]["language"]) == (
        "ucs2",
        70,
        "Turkish",
    )
    assert found["national"]["limit"] == 155


def test_the_cost_is_that_of_the_account_s_last_messages(operator, draft):
    records.message(
        records.delivery(account=draft.account),
        status=MessageStatus.DELIVERED,
        segments=1,
        price=Decimal("0.05"),
        currency="EUR",
        country="IT",
    )

    estimate = preview(operator, draft).json()["estimate"]

    assert estimate["totals"] == [{"currency": "EUR", "amount": "0.150000"}]
    assert (estimate["shares"][0]["price"], estimate["unknown"]) == ("0.050000", 0)
    Recipient.objects.all().delete()
    Upload.objects.all().delete()
    one = preview(operator, draft).json()["estimate"]
    assert (one["messages"], one["totals"], one["shares"][0]["amount"]) == (0, [], "0.050000")


@pytest.mark.parametrize("recipient", ["4", "+393470000009", "99999999999999999999", "Anna", "-"])
def test_somebody_who_is_not_in_the_target_is_told(operator, draft, recipient):
    answer = preview(operator, draft, recipient=recipient)

    assert (answer.status_code, answer.json()) == (
        400,
        {"recipient": ["The target has no such line or address."]},
    )


def test_without_recipients_the_text_is_nobody_s(operator):
    found = preview(operator, targets.delivery(content="Hi {{name|you}}")).json()

    assert (found["recipient"], found["text"], found["longest"]) == (None, "Hi you", None)


def test_a_marketer_sees_the_text_as_it_is_written_and_nobody_s_phone(marketer, draft):
    found = preview(marketer, draft).json()

    assert (found["text"], found["recipient"], found["longest"], found["estimate"]) == (
        TEXT, None, None, None,
    )  # fmt: skip
    assert preview(marketer, draft, recipient="1").status_code == 403


def test_who_may_launch_and_not_see_addresses_finds_nobody_by_them(marketer, draft):
    marketer.user.user_permissions.add(Permission.objects.get(codename="launch_delivery"))

    found = preview(marketer, draft).json()

    assert found["recipient"]["address"] != ROWS[0][0]
    assert "347 000" not in found["text"]
    answer = preview(marketer, draft, recipient="+393470000001")
    assert answer.json() == {"recipient": ["The target has no such line."]}


def test_once_started_the_text_is_a_record(operator):
    started = records.delivery(content="Hi {{name}}", status="in_progress")

    assert preview(operator, started).json()["text"] == "Hi {{name}}"
    assert preview(operator, started, recipient="1").status_code == 409


def test_a_preview_costs_the_same_queries_for_one_recipient_and_for_three(operator, draft):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            preview(operator, draft)
        return len(queries)

    three = cost()
    Recipient.objects.filter(line__gt=1).delete()

    assert cost() == three


def test_what_is_not_there_or_not_asked_for_so_is_refused(operator, anybody, draft):
    assert operator.get("/api/v1/deliveries/7/preview/").status_code == 404
    assert list(preview(operator, draft, odd="1").json()) == ["odd"]
    assert preview(anybody, draft).status_code == 401
