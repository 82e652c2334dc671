"""The quarantine in a browser: found, read, let out; a rule changed."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from deliveries import roles
from quarantine import acts
from quarantine.ledger import Name
from quarantine.models import Address, Rule

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(window, transactional_db):
    for number in range(3):
        name = Name("sms", f"+39333111223{number}")
        acts.add(name=name, status="quarantine", text="By phone", by=None, at=timezone.now())
    return window(role=roles.ADMIN)


def test_an_address_is_found_and_let_out(page):
    page.goto("/deliveries/")
    page.get_by_role("link", name="Quarantine").click()
    page.get_by_label("Address begins with").fill("+393331112231")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("link", name="+393331112231").click()
    page.get_by_label("Decision").select_option("valid")
    page.get_by_label("Why").fill("It works again")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Quarantine → Valid")).to_be_visible()
    assert Address.objects.get(address="+393331112231").status == "valid"


def test_a_rule_is_changed_and_its_earlier_version_stays(page):
    page.goto("/quarantine/rules/")
    row = page.get_by_role("row").filter(has_text="Mailbox full")
    row.get_by_role("button", name="Change").click()
    expect(page.get_by_label("Days until errors are forgiven")).to_have_value("30")
    page.get_by_label("Errors until quarantine").fill("2")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("addresses would have entered")).to_be_visible()
    page.get_by_role("button", name="Save").click()

    earlier = page.get_by_role("region", name="Earlier versions")
    expect(earlier.get_by_role("cell", name="Mailbox full")).to_be_visible()
    assert Rule.objects.get(ended_at=None, reason=5).threshold == 2
