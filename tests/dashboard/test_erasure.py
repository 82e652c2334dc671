"""Erasing an address."""

import pytest

from deliveries.models import Message
from tests import records

ADDRESS = "+393331112233"


@pytest.fixture
def message(db):
    message = records.message(records.delivery(), address=ADDRESS)
    records.event(message, text=f"not reached: {ADDRESS}")
    return message


def test_a_preview_counts_and_erases_nothing(admin, message):
    response = admin.post("/addresses/forget/", {"address": " +39 333 111 2233"})

    preview = response.context["preview"]
    assert (preview.messages, preview.events) == (1, 1)
    assert Message.objects.get().address == ADDRESS


def test_the_confirmed_address_is_gone(admin, message):
    response = admin.post("/addresses/forget/", {"address": ADDRESS, "confirm": "yes"})

    assert response.url == "/addresses/forget/"
    assert Message.objects.get().address == ""
    assert "Messages that held it: 1." in admin.get(response.url).content.decode()


def test_erasing_twice_is_harmless(admin, message):
    form = {"address": ADDRESS, "confirm": "yes"}
    admin.post("/addresses/forget/", form)

    assert admin.post("/addresses/forget/", form).status_code == 302


def test_what_is_no_address_is_told(admin):
    response = admin.post("/addresses/forget/", {"address": "nobody"})

    assert "preview" not in response.context
    assert response.context["form"].errors["address"]


def test_no_address_ever_stands_in_the_title(admin, message):
    text = admin.post("/addresses/forget/", {"address": ADDRESS}).content.decode()

    assert "<title>Erase an address" in text


@pytest.mark.parametrize("role", ["marketer", "operator"])
def test_only_administrators_may_erase(request, role, message):
    client = request.getfixturevalue(role)

    response = client.post("/addresses/forget/", {"address": ADDRESS, "confirm": "yes"})

    assert response.status_code == 403
    assert Message.objects.get().address == ADDRESS
