"""Qualifying an error in a browser: seen, previewed, saved, judged, and taken back."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from deliveries import roles
from deliveries.models import Message
from ingestion import judging
from messaging.failures import FailureType
from providers.models import Qualification
from tests import records
from tests.browser.conftest import NARROW, WIDE
from tests.browser.test_pages import violations_of
from tests.ingestion import callbacks


@pytest.fixture
def errors(transactional_db):
    """A code in no table that failed twelve messages, one of the table, a text without a code."""
    account = callbacks.account(name="Aurora")
    delivery = records.delivery(account=account, label="Loyalty points about to expire")
    for number in range(14):
        records.message(delivery, provider_ids=(f"m-{number}",))
        code = {12: "101", 13: "9404"}.get(number, "7777")
        callbacks.post(account, callbacks.report(f"m-{number}", "failed", code=code))
    callbacks.apply_all()
    Qualification.objects.filter(code="7777").update(
        first_text="Unknown subscriber at the exchange"
    )
    return Qualification.objects.get(code="7777")


def judge():
    while judging.work_batch(at=timezone.now()):
        pass


def test_an_error_is_qualified_its_history_judged_and_all_taken_back(window, errors):
    page = window(role=roles.ADMIN)
    page.goto("/deliveries/")
    page.get_by_role("link", name="Qualification to qualify: 2").click()
    page.get_by_role("link", name="7777").click()
    expect(page.get_by_text("The text says “Unknown subscriber”.")).to_be_visible()

    page.get_by_label("Failure type").select_option("Hard")
    page.get_by_label("Reason").select_option("User unknown")
    page.get_by_label("In plain words").fill("Nobody has this number")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="What would move in history")).to_be_visible()
    moves = page.locator("#moves")
    expect(moves.locator(".figure__share")).to_have_text(["12", "1", "12"])
    assert violations_of(page) == []
    assert Qualification.objects.get(pk=errors.pk).status == "to_qualify"

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. History is being judged again.")).to_be_visible()
    expect(page.get_by_text("0 messages looked at")).to_be_visible()
    assert violations_of(page) == []
    judge()
    expect(page.get_by_role("button", name="Undo the last change")).to_be_visible()
    expect(page.get_by_text("12 / 12")).to_be_visible()
    assert Message.objects.filter(failure_type=FailureType.HARD).count() == 13

    page.get_by_role("button", name="Undo the last change").click()
    expect(page.get_by_text("Undone. What had moved is on its way back.")).to_be_visible()
    judge()
    expect(page.get_by_text("Taken back later")).to_be_visible()
    expect(page.get_by_role("button", name="Undo the last change")).not_to_be_attached()
    assert Message.objects.filter(failure_type=FailureType.HARD).count() == 1
    assert callbacks.drifts() == []


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")],
)
def test_no_page_of_errors_violates_wcag_or_scrolls_sideways(window, errors, size, scheme):
    page = window(role=roles.ADMIN, size=size, scheme=scheme)
    message = Message.objects.filter(qualification_id=errors.pk)[0]
    faults = {}
    for address in (
        "/qualifications/",
        "/qualifications/?search=nothing",
        f"/qualifications/{errors.pk}/",
        f"/messages/{message.pk}/",
        f"/deliveries/{message.delivery_id}/logs/?status=failed",
    ):
        page.goto(address)
        sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found = violations_of(page) + ([("sideways", sideways)] if sideways > 0 else [])
        if found:
            faults[address] = found

    assert faults == {}


def test_italian_is_whole(window, errors):
    page = window(role=roles.ADMIN, language="it-IT")

    page.goto(f"/qualifications/{errors.pk}/")

    expect(page.get_by_role("button", name="Anteprima")).to_be_visible()
    expect(page.locator("h1")).to_have_text(re.compile("Un codice"))
