"""The page of addresses that are written to although they are in quarantine."""

import pytest
from django.utils import timezone

from quarantine import acts
from quarantine.ledger import Name
from sending.models import AllowedAddress
from tests.dashboard.queries import cost

pytestmark = pytest.mark.django_db
PATH = "/quarantine/allowed/"
ANNA = "+393331234567"


def add(client, address=ANNA):
    return client.post(PATH, {"address": address, "reason": "Our own phone"}, follow=True)


def test_an_admin_puts_an_address_on_the_list_and_takes_it_off(admin):
    html = add(admin, "+39 333 123 4567").content.decode()

    assert ANNA in html
    assert "Our own phone" in html
    row = AllowedAddress.objects.get()
    assert row.made_by == admin.user
    off = f"{PATH}{row.pk}/withdraw/"
    assert "no longer on the list" in admin.post(off, follow=True).content.decode()
    assert "Nothing has changed." in admin.post(off, follow=True).content.decode()
    assert not AllowedAddress.objects.exists()


def test_the_story_of_an_address_says_that_it_is_allowed(admin, operator):
    name = Name("sms", ANNA)
    row = acts.add(name=name, status="quarantine", text="By phone", by=None, at=timezone.now())
    told = "It is written to although it may be in quarantine."
    assert told not in operator.get(f"/quarantine/{row}/").content.decode()

    add(admin)

    assert told in operator.get(f"/quarantine/{row}/").content.decode()


def test_what_cannot_be_put_there_says_why_beside_the_field(admin):
    add(admin)

    assert "on the list already" in add(admin).content.decode()
    assert "remove it" in add(admin, "nobody").content.decode()
    assert AllowedAddress.objects.count() == 1


def test_the_list_is_for_admins(operator):
    assert operator.get(PATH).status_code == 403
    assert operator.post(PATH).status_code == 403
    assert operator.post(f"{PATH}1/withdraw/").status_code == 403


def test_one_row_costs_as_many_queries_as_three(admin):
    add(admin)
    one = cost(admin, PATH)

    add(admin, "+393331234568")
    add(admin, "+393331234569")

    assert cost(admin, PATH) == one
