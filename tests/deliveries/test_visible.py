"""Who may not see addresses finds none, wherever they stand."""

import re

import pytest
from django.contrib.auth.models import Group, User
from hypothesis import given
from hypothesis import strategies as st

from deliveries import roles
from deliveries.models import Message
from deliveries.visible import LOOKS_LIKE_AN_ADDRESS, Viewer
from messaging import addresses

MARKETER, OPERATOR = Viewer(sees_addresses=False), Viewer(sees_addresses=True)
NUMBER = "+393331234567"


def test_an_operator_reads_everything_as_it_is():
    message = Message(address=NUMBER, recipient="393331234567")

    assert OPERATOR.address(message) == NUMBER
    assert OPERATOR.recipient(message.recipient) == "393331234567"
    assert OPERATOR.text(f"to {NUMBER}", address=NUMBER) == f"to {NUMBER}"


def test_a_marketer_reads_the_country_and_the_last_digits():
    assert MARKETER.address(Message(address=NUMBER)) == "+39 ••• ••• 567"
    assert MARKETER.address(Message(address="")) == ""


def test_a_marketer_reads_texts_without_addresses():
    text = MARKETER.text(f"{NUMBER} and 333 765 4321 and a@b.it", address=NUMBER)

    assert text == "+39 ••• ••• 567 and ••• ••• 321 and •••@b.it"
    assert MARKETER.text("") == ""
    assert MARKETER.text("Gone to +39 333 765 4321.") == "Gone to +39 ••• ••• 321."


def test_a_known_address_is_hidden_however_short():
    assert "12345" not in MARKETER.text("to 12345", address="12345")


@pytest.mark.parametrize("code", ["30003", "0x0000000b", "ESME_RINVDSTADR", "000", ""])
def test_codes_stay(code):
    assert MARKETER.code(code, address=NUMBER) == code


@pytest.mark.parametrize("code", [NUMBER, "393331234567", "3339876543", "to 333 987 6543"])
def test_a_number_in_the_place_of_a_code_is_masked(code):
    assert MARKETER.code(code, address=NUMBER).endswith(f"••• {code[-3:]}")
    assert OPERATOR.code(code, address=NUMBER) == code


@pytest.mark.parametrize("reference", ["CRM-17", "", "customer 123456", "Anna"])
def test_references_that_are_no_address_stay(reference):
    assert MARKETER.recipient(reference) == reference


@pytest.mark.parametrize("reference", [NUMBER, "0039 333 123 4567", "id:393331234567", "a@b.it"])
def test_references_that_hold_an_address_are_masked(reference):
    shown = MARKETER.recipient(reference)

    assert shown == addresses.redact_all(reference)
    assert shown != reference


@given(st.text(alphabet="0123456789+-. ()/@%40abc&nbsp;", max_size=40))
def test_what_is_shown_masked_is_never_searched(reference):
    if addresses.redact_all(reference) != reference:
        assert re.search(LOOKS_LIKE_AN_ADDRESS, reference)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "sees"), [(roles.MARKETER, False), (roles.OPERATOR, True), (roles.ADMIN, True)]
)
def test_the_right_comes_with_the_role(role, sees):
    user = User.objects.create_user("someone")
    user.groups.add(Group.objects.get(name=role))

    assert Viewer.of(user) == Viewer(sees_addresses=sees)
