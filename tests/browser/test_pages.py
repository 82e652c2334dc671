"""Every page, in both appearances, widths and languages: no violation of WCAG, nothing sideways."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from deliveries import roles
from messaging.failures import FailureType, Reason
from messaging.statuses import DeliveryStatus, MessageStatus
from quarantine import acts
from quarantine.ledger import Name
from tests.browser.conftest import NARROW, WIDE
from tests.deliveries import outcomes
from tests.deliveries.test_slice_names import qualification
from tests.records import NOON, delivery, event, exclusion, message

LONG = "Rinnovo abbonamento: promemoria per chi non ha ancora risposto all'offerta d'autunno"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def addresses(transactional_db):
    """Fill the pages, and return the address of each."""
    full = delivery(label=LONG, contact_date=NOON, started_at=NOON, folder="Campaigns/2026/Autumn")
    delivery(label="Draft", status=DeliveryStatus.EDITING, content="Now “or” never")
    exclusion(full)
    sent = message(full, status=MessageStatus.SENT, sent_at=NOON, country="IT", network="22201")
    event(sent, text="SR twilio stat=SENT err=000", provider_code="000")
    message(full, status=MessageStatus.DELIVERED, delivered_at=NOON, segments=2)
    message(
        full,
        status=MessageStatus.FAILED,
        failure_type=FailureType.HARD,
        reason=Reason.USER_UNKNOWN,
        failed_at=NOON,
        text="SR twilio stat=UNDELIV err=001",
    )
    fallen = fallen_delivery()
    tabs = ("", "reports/", "sms/", "logs/", "exclusions/", "tracking/", "tracking/urls/", "audit/")
    return [
        "/deliveries/",
        "/deliveries/?label=nothing+like+it",
        "/deliveries/new/",
        "/password/",
        *[f"/deliveries/{full.pk}/{tab}" for tab in tabs],
        f"/messages/{sent.pk}/",
        f"/deliveries/{fallen.pk}/",
        f"/deliveries/{fallen.pk}/reports/?by=code",
        "/errors/",
        f"/errors/?by=prefix&days=90&account={fallen.account_id}",
        "/quarantine/",
        f"/quarantine/{quarantined()}/",
        "/quarantine/new/",
        "/quarantine/rules/",
        "/quarantine/allowed/",
        f"/deliveries/act/cancel/?id={full.pk}&id={fallen.pk}",
        "/callbacks/",
        "/callbacks/health/",
        "/inbound/",
        "/accounts/",
        "/accounts/new/",
        "/users/",
        "/users/new/",
        "/audit/",
        "/nothing/",
    ]


def quarantined():
    """Put an address in quarantine; return its id."""
    name = Name("sms", "+393331112233")
    return acts.add(name=name, status="quarantine", text="By phone", by=None, at=timezone.now())


def fallen_delivery():
    """Make a delivery that fell in one place with one error, and one before it that did not."""
    before = outcomes.delivery(contact_date=timezone.now() - timedelta(days=1))
    fallen = outcomes.delivery(account=before.account, contact_date=timezone.now())
    for prefix in ("+39333", "+39347"):
        outcomes.count(before, prefix=prefix, delivered=930, failed=70)
        outcomes.count(fallen, prefix=prefix, delivered=465, failed=35)
    outcomes.count(fallen, prefix="+39347", failed=215, qualification_id=qualification().pk)
    return fallen


def violations_of(page):
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [
        (rule["id"], node["html"][:200], node["failureSummary"])
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


# Italian words are the longer ones, so they are tried where there is the least room.
@pytest.mark.parametrize(
    ("size", "scheme", "language"), [(WIDE, "light", "en-GB"), (NARROW, "dark", "it-IT")]
)
def test_no_page_violates_wcag_or_scrolls_sideways(window, addresses, size, scheme, language):
    page = window(role=roles.ADMIN, size=size, scheme=scheme, language=language)
    faults = {}
    for address in addresses:
        page.goto(address)
        sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found = violations_of(page) + ([("sideways", sideways)] if sideways > 0 else [])
        if found:
            faults[address] = found

    assert faults == {}


def test_the_login_page_violates_nothing_and_lets_in(window):
    User.objects.create_user("anna", password="a long secret")
    page = window(size=NARROW)
    page.goto("/deliveries/")
    assert violations_of(page) == []

    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type("a long secret")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Deliveries", level=1)).to_be_visible()


def test_a_chosen_appearance_outlives_the_page(window):
    page = window(role=roles.MARKETER)
    page.goto("/deliveries/")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Dark").click()
    page.wait_for_url("**/deliveries/")

    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (light, dark) == ("rgb(243, 244, 240)", "rgb(17, 22, 26)")


def test_a_server_that_is_silent_is_said_and_forgotten_when_it_answers(window):
    delivery()
    page = window(role=roles.MARKETER)
    page.goto("/deliveries/")
    page.context.set_offline(offline=True)
    expect(page.locator("#connection")).to_be_visible()

    page.context.set_offline(offline=False)

    expect(page.locator("#connection")).to_be_hidden()
