"""A delivery's window: the chart, figures that move, and the phone that follows the pen."""

from playwright.sync_api import expect

from messaging.statuses import DeliveryStatus, MessageStatus
from tests.records import NOON, delivery, message


def test_figures_and_chart_follow_a_live_delivery(operator_page):
    live = delivery(started_at=NOON)
    message(live)
    operator_page.goto(f"/deliveries/{live.pk}/")
    expect(operator_page.locator(".chart__canvas canvas")).to_be_visible()
    drawn = operator_page.locator(".chart__canvas canvas").screenshot()

    for _ in range(3):
        message(live, status=MessageStatus.DELIVERED, delivered_at=NOON)

    expect(operator_page.locator(".figure").first).to_contain_text("4")
    expect(operator_page.locator("#points tbody td").nth(2)).to_have_text("3")
    assert operator_page.locator(".chart__canvas canvas").screenshot() != drawn


def test_the_chart_names_what_lies_under_the_pointer(operator_page):
    shown = delivery(status=DeliveryStatus.FINISHED, started_at=NOON, finished_at=NOON)
    message(shown, status=MessageStatus.DELIVERED, delivered_at=NOON)
    operator_page.goto(f"/deliveries/{shown.pk}/")

    operator_page.locator(".chart__canvas .u-over").hover()

    expect(operator_page.locator("[data-at]")).to_have_text("23 Nov 2026, 12:00")
    expect(operator_page.locator("[data-series=delivered] output")).to_have_text("1")


def test_the_table_beside_the_chart_stays_open_while_it_is_refreshed(operator_page):
    live = delivery(started_at=NOON)
    message(live)
    operator_page.goto(f"/deliveries/{live.pk}/")
    operator_page.get_by_text("The same as a table").click()

    message(live)

    expect(operator_page.locator("#points tbody td").nth(0)).to_have_text("2")
    expect(operator_page.locator("#points table")).to_be_visible()


def test_the_phone_follows_what_is_typed(operator_page):
    draft = delivery(status=DeliveryStatus.EDITING)
    operator_page.goto(f"/deliveries/{draft.pk}/sms/")

    operator_page.locator("textarea").press_sequentially("Save 5 €")
    expect(operator_page.locator(".phone__bubble")).to_have_text("Save 5 €")
    expect(operator_page.locator("#preview")).to_contain_text("GSM 7-bit")
    operator_page.locator("textarea").press_sequentially("…")

    expect(operator_page.locator("#preview")).to_contain_text("Horizontal ellipsis")
    expect(operator_page.locator("textarea")).to_be_focused()


def test_saving_the_content_shows_that_it_is_saved(operator_page):
    draft = delivery(status=DeliveryStatus.EDITING)
    operator_page.goto(f"/deliveries/{draft.pk}/sms/")

    operator_page.locator("textarea").fill("Hello")
    operator_page.get_by_role("button", name="Save").click()

    expect(operator_page.get_by_text("The delivery has been saved.")).to_be_visible()
    expect(operator_page.locator("textarea")).to_have_value("Hello")
