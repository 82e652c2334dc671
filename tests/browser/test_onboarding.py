"""A new account by hand: added, tested, heard of; and the health of what it hears."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from deliveries import roles
from ingestion import inbox
from ingestion.models import ReceiptCounter, Subscription
from ingestion.simulator.posting import Line
from providers.sms.aws import Aws
from tests import records
from tests.browser.conftest import NARROW, WIDE
from tests.browser.test_pages import violations_of
from tests.ingestion import callbacks

TOPIC = "arn:aws:sns:eu-west-1:123456789012:sms"


@pytest.fixture
def door(live_server, settings):
    """Our own web server, found where the settings say."""
    settings.PUBLIC_URL = live_server.url
    settings.HOST, settings.PORT = live_server.thread.host, live_server.thread.port
    yield
    Line().close()


def test_an_account_is_added_tested_and_heard_of(door, window):
    page = window(role=roles.ADMIN)
    page.goto("/accounts/new/?kind=kannel")
    page.get_by_label("Name", exact=True).fill("Gateway")
    page.get_by_role("button", name="Add the account").click()
    expect(page.get_by_text("this dlr-url:")).to_be_visible()
    expect(page.get_by_text("Providers cannot reach this address")).to_be_visible()

    page.get_by_role("button", name="Send a test callback").click()
    expect(page.get_by_text("It was stored, and answered with 204")).to_be_visible()
    callbacks.apply_all()
    expect(page.get_by_text("A worker has read 1 report in it.")).to_be_visible()
    expect(page.locator("#arrivals").get_by_text("awaited")).to_be_visible()

    account = records.ProviderAccount.objects.get(name="Gateway")
    arrived = callbacks.raw(account, b"", query="id=m&status=1", received_at=timezone.now())
    inbox.store([arrived._replace(proof=2)])
    callbacks.apply_all()
    expect(page.locator("#arrivals").get_by_text("arrived")).to_be_visible()
    expect(page.locator("#arrivals")).to_contain_text("Received on mobile")


def test_a_subscription_appears_by_itself_and_is_confirmed(window, live_server, monkeypatch):
    monkeypatch.setattr(Aws, "fetch", staticmethod(lambda _host, _path: b""))
    account = records.account(kind="aws")
    account.credentials = {"topic_arns": TOPIC}
    account.save()
    page = window(role=roles.ADMIN)
    page.goto(f"/accounts/{account.pk}/")

    Subscription.objects.create(
        account=account, topic=TOPIC, token="t", ended=False, received_at=timezone.now()
    )
    page.get_by_role("button", name="Confirm").click()

    expect(page.get_by_text("The subscription is confirmed.")).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_health_is_legible_wherever_it_is_read(window, live_server, size, scheme):
    account = records.account(kind="bandwidth")
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    for figure, key in (("received", ""), ("refused", ""), ("lag", "5"), ("dead", "")):
        ReceiptCounter.objects.create(
            account=account, figure=figure, key=key, bucket=hour, value=1_240
        )
    records.message(records.delivery(account=account), accepted_at=timezone.now())
    page = window(role=roles.ADMIN, size=size, scheme=scheme)

    for address in (
        "/callbacks/health/?period=week",
        f"/callbacks/health/{account.pk}/",
        f"/accounts/{account.pk}/",
        "/accounts/new/?kind=twilio",
        "/callbacks/?state=dead&cause=x",
    ):
        page.goto(address)
        assert violations_of(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
