"""The list under mouse and keyboard, and while its figures move."""

from django.utils import timezone
from playwright.sync_api import expect

from deliveries.models import Delivery
from messaging.statuses import DeliveryStatus, MessageStatus
from sending import launch
from tests.records import delivery, message
from tests.sending import prepared


def rows_of(page):
    return page.locator("[data-rows] > tr")


def test_a_click_selects_and_a_double_click_opens(operator_page):
    delivery(label="One")
    opened = delivery(label="Two")
    operator_page.goto("/deliveries/?sort=label")
    code = rows_of(operator_page).nth(1).locator("td").nth(2)

    code.click()

    expect(rows_of(operator_page).nth(1)).to_have_attribute("aria-selected", "true")
    expect(rows_of(operator_page).nth(0)).to_have_attribute("aria-selected", "false")
    code.dblclick()
    operator_page.wait_for_url(f"**/deliveries/{opened.pk}/")


def test_arrows_select_and_enter_opens(operator_page):
    delivery(label="One")
    delivery(label="Two")
    opened = delivery(label="Three")
    operator_page.goto("/deliveries/?sort=code")
    operator_page.locator("[data-rows] > tr[tabindex='0']").focus()

    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown"):
        operator_page.keyboard.press(key)

    expect(rows_of(operator_page).nth(2)).to_be_focused()
    expect(rows_of(operator_page).nth(2)).to_have_attribute("aria-selected", "true")
    operator_page.keyboard.press("Enter")
    operator_page.wait_for_url(f"**/deliveries/{opened.pk}/")


def test_the_link_and_the_button_open_too(operator_page):
    opened = delivery(label="One")
    operator_page.goto("/deliveries/")
    operator_page.get_by_role("link", name="One", exact=True).click()
    operator_page.wait_for_url(f"**/deliveries/{opened.pk}/")

    operator_page.goto("/deliveries/")
    rows_of(operator_page).first.locator("td").nth(2).click()
    operator_page.get_by_role("link", name="Open", exact=True).click()
    operator_page.wait_for_url(f"**/deliveries/{opened.pk}/")


def test_figures_move_without_losing_selection_focus_or_scroll(operator_page):
    live = [delivery(label=f"{number:02}") for number in range(40)][-1]
    operator_page.goto("/deliveries/?sort=label")
    row = rows_of(operator_page).last
    row.locator("td").nth(2).click()
    scrolled = operator_page.evaluate("window.scrollY")
    message(live, status=MessageStatus.DELIVERED)

    expect(operator_page.locator(f"#success-{live.pk}")).to_contain_text("100 %")

    expect(row).to_have_attribute("aria-selected", "true")
    expect(row).to_be_focused()
    assert scrolled > 0
    assert operator_page.evaluate("window.scrollY") == scrolled


def test_a_delivery_that_ends_says_so_and_asking_stops(operator_page):
    live = delivery()
    operator_page.goto("/deliveries/")
    Delivery.objects.update(status=DeliveryStatus.FINISHED)

    expect(operator_page.locator(f"#word-{live.pk}")).to_have_text("Finished")

    assert operator_page.locator("#poll").get_attribute("hx-get") is None


def test_acts_are_offered_for_what_is_ticked_and_possible_with_all_of_it(operator_page):
    ready = [prepared.delivery(1, label=label) for label in ("A", "B")]
    delivery(label="C", status=DeliveryStatus.FINISHED)
    operator_page.goto("/deliveries/?sort=label")
    start, pause = (
        operator_page.locator(f"[data-acts-on-selected={act}]") for act in ("start", "pause")
    )
    boxes = operator_page.locator("[data-rows] input[name=id]")

    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(start).not_to_have_attribute("aria-disabled", "true")
    expect(pause).to_have_attribute("aria-disabled", "true")
    boxes.nth(2).check()
    expect(start).to_have_attribute("aria-disabled", "true")
    boxes.nth(2).uncheck()
    start.click()
    operator_page.get_by_role("button", name="Start").click()

    expect(rows_of(operator_page).nth(0)).to_contain_text("In progress")
    assert {Delivery.objects.get(pk=each.pk).status for each in ready} == {"in_progress"}


def test_acts_follow_a_row_whose_status_moves(operator_page):
    live = prepared.delivery(1)
    launch.start(delivery_id=live.pk, by=None, at=timezone.now())
    operator_page.goto("/deliveries/")
    pause = operator_page.locator("[data-acts-on-selected=pause]")
    rows_of(operator_page).first.locator("td").nth(2).click()
    expect(pause).to_have_attribute("href", f"/deliveries/{live.pk}/pause/")

    Delivery.objects.update(status=DeliveryStatus.FINISHED)

    expect(pause).to_have_attribute("aria-disabled", "true")


def test_choosing_a_status_filters_at_once(operator_page):
    delivery(label="Running")
    delivery(label="Done", status=DeliveryStatus.FINISHED)
    operator_page.goto("/deliveries/")

    operator_page.locator("select[name=status]").select_option("finished")

    expect(rows_of(operator_page)).to_have_count(1)
    expect(rows_of(operator_page)).to_contain_text("Done")


def test_a_session_that_has_ended_leads_to_the_login_and_back(operator_page):
    shown = delivery()
    operator_page.goto("/deliveries/")
    operator_page.context.clear_cookies()

    operator_page.wait_for_url("**/login/?next=/deliveries/")

    assert shown.is_live
