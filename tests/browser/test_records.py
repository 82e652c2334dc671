"""Pages of records with content in them: no violation of WCAG, nothing sideways; acts by hand."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from deliveries import journal, roles
from ingestion.models import HeldCallback, InboxEntry
from messaging.failures import FailureType, Reason
from messaging.statuses import MessageStatus
from tests.browser.conftest import NARROW, WIDE
from tests.browser.test_pages import violations_of
from tests.records import NOON, account, delivery, event, exclusion, message, opt_out, reply
from tracking.models import Click, TrackedUrl


@pytest.fixture
def addresses(transactional_db):
    """Fill the pages, and return the address of each."""
    signed = account(kind="twilio")
    signed.credentials = {"auth_token": ["one", "two"]}
    signed.save()
    full = delivery(account=signed)
    exclusion(full, text="Twice in the list.", recipient="CRM-1", rule="Default typology")
    told = message(full, provider_ids=("SM1", "SM2"), recipient="CRM-2", contradicted=True)
    entry = InboxEntry.objects.create(
        account=signed, method="POST", body=b'{"a": 1}', headers='{"x": "y"}', received_at=NOON
    )
    event(told, status=MessageStatus.DELIVERED, parts=2, entry_id=entry.pk)
    event(
        told,
        status=MessageStatus.FAILED,
        failure_type=FailureType.HARD,
        reason=Reason.USER_UNKNOWN,
        provider_code="30005",
        text="Unknown handset",
        moved=False,
        stated_at=NOON + timedelta(hours=1),
    )
    url = TrackedUrl.objects.create(delivery=full, label="Event", url="https://example.com/")
    Click.objects.create(
        message=told, delivery=full, url=url, request_id=uuid4(), at=NOON, method="GET"
    )
    for level in (journal.INFO, journal.WARNING, journal.ERROR):
        journal.write(delivery=full, code="DEL-1", text="Something done.", at=NOON, level=level)
    for number, state in enumerate(HeldCallback.State.values, start=1):
        HeldCallback.objects.create(
            state=state,
            account=signed,
            entry_id=number,
            provider_id=f"p{number}",
            body=b"",
            received_at=timezone.now(),
            error="The field MessageSid is missing.",
        )
    opt_out(told)
    reply(
        signed,
        address=told.address,
        keyword="STOP",
        action="denylist",
        message_id=told.pk,
        delivery_id=full.pk,
    )
    tabs = ("logs/?status=failed", "exclusions/", "tracking/", "tracking/urls/", "audit/")
    audit = ("audit/causes/", "audit/proofs/")
    return [
        *[f"/deliveries/{full.pk}/{tab}" for tab in (*tabs, *audit)],
        f"/messages/{told.pk}/",
        f"/messages/{told.pk}/history/",
        "/callbacks/",
        "/callbacks/?state=parked",
        "/callbacks/?state=discarded",
        "/callbacks/held/replay/",
        f"/callbacks/raw/{entry.pk}/",
        "/callbacks/raw/1/",
        "/inbound/",
        "/accounts/",
        "/accounts/new/?kind=twilio",
        f"/accounts/{signed.pk}/",
        "/addresses/forget/",
    ]


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")],
)
def test_no_page_violates_wcag_or_scrolls_sideways(window, addresses, size, scheme):
    page = window(role=roles.ADMIN, size=size, scheme=scheme)
    faults = {}
    for address in addresses:
        page.goto(address)
        sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found = violations_of(page) + ([("sideways", sideways)] if sideways > 0 else [])
        if found:
            faults[address] = found

    assert faults == {}


def test_one_box_chooses_all_and_they_are_discarded_with_a_reason(window, addresses):
    page = window(role=roles.ADMIN)
    page.goto("/callbacks/")

    page.get_by_label("Choose all of this page").check()
    page.get_by_label("Reason for discarding").fill("A test.")
    page.get_by_role("button", name="Discard").click()

    expect(page.get_by_text("1 callback discarded.")).to_be_visible()


def test_a_user_is_added_and_the_password_is_shown_to_be_copied(window, addresses):
    page = window(role=roles.ADMIN)
    page.goto("/users/new/")

    page.get_by_label("User name").fill("anna")
    page.get_by_role("button", name="Add the user").dblclick()

    expect(page.get_by_role("textbox", name="First password")).not_to_have_value("")
    expect(page.get_by_role("button", name="Copy")).to_be_visible()
    assert violations_of(page) == []


def test_a_preview_of_an_erasure_is_confirmed(window, addresses):
    page = window(role=roles.ADMIN)
    page.goto("/addresses/forget/")

    page.get_by_role("textbox", name="Address").fill("+39 333 111 2233")
    page.get_by_role("button", name="Preview").click()
    assert violations_of(page) == []
    page.get_by_role("button", name="Erase it for good").click()

    expect(page.get_by_text("The address was erased")).to_be_visible()


def test_a_replay_is_previewed_and_confirmed(window, addresses):
    page = window(role=roles.ADMIN)
    page.goto("/callbacks/held/replay/")

    page.get_by_label("Account").select_option(index=1)
    page.get_by_role("button", name="Preview").click()
    assert violations_of(page) == []
    page.get_by_role("button", name="Replay now").click()

    expect(page.get_by_text("Callbacks read again: 1.")).to_be_visible()
