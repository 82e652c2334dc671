"""The logs in a browser: opening a row, and news that disturb nobody."""

import pytest
from playwright.sync_api import expect

from messaging.statuses import MessageStatus
from tests.records import delivery, message


@pytest.fixture
def live(transactional_db):
    return delivery()


def rows_of(page):
    return page.locator("#rows > tr[data-href]")


def news(page):
    """Wait until the list has asked for news once more."""
    with page.expect_response(lambda response: "/logs/" in response.url):
        pass
    page.wait_for_timeout(100)


def test_a_double_click_and_enter_open_the_message(operator_page, live):
    opened = message(live)
    operator_page.goto(f"/deliveries/{live.pk}/logs/")

    rows_of(operator_page).first.locator("td").nth(2).dblclick()
    operator_page.wait_for_url(f"**/messages/{opened.pk}/")

    operator_page.go_back()
    rows_of(operator_page).first.focus()
    operator_page.keyboard.press("Enter")
    operator_page.wait_for_url(f"**/messages/{opened.pk}/")


def test_news_bring_rows_and_counts_and_leave_focus_and_selection(operator_page, live):
    chosen = message(live)
    operator_page.goto(f"/deliveries/{live.pk}/logs/")
    row = operator_page.locator(f"#message-{chosen.pk}")
    row.focus()
    expect(row).to_have_attribute("aria-selected", "true")

    message(live, status=MessageStatus.SENT)

    expect(rows_of(operator_page)).to_have_count(2)
    expect(operator_page.locator("#count")).to_contain_text("2 / 2")
    expect(row).to_be_focused()
    expect(row).to_have_attribute("aria-selected", "true")


def test_news_leave_what_is_typed(operator_page, live):
    message(live)
    operator_page.goto(f"/deliveries/{live.pk}/logs/")
    search = operator_page.locator("input[name=search]")
    search.fill("CRM")

    news(operator_page)

    expect(search).to_have_value("CRM")
    expect(search).to_be_focused()


def test_news_wait_while_a_text_is_marked(operator_page, live):
    message(live, text="something to copy")
    operator_page.goto(f"/deliveries/{live.pk}/logs/")
    operator_page.evaluate(
        "getSelection().selectAllChildren(document.querySelector('#rows td.wrap'))"
    )
    message(live)

    operator_page.wait_for_timeout(4_000)
    assert operator_page.evaluate("getSelection().toString()") == "something to copy"
    expect(rows_of(operator_page)).to_have_count(1)

    operator_page.evaluate("getSelection().removeAllRanges()")
    expect(rows_of(operator_page)).to_have_count(2)


def test_the_first_row_of_an_empty_list_appears_by_itself(operator_page, live):
    operator_page.goto(f"/deliveries/{live.pk}/logs/")
    expect(operator_page.get_by_text("No messages yet")).to_be_visible()

    message(live)

    expect(rows_of(operator_page)).to_have_count(1)


def test_a_filter_answers_as_it_is_chosen(operator_page, live):
    message(live)
    message(live, status=MessageStatus.SENT)
    operator_page.goto(f"/deliveries/{live.pk}/logs/")

    operator_page.locator("select[name=status]").select_option("sent")

    operator_page.wait_for_url("**status=sent**")
    expect(rows_of(operator_page)).to_have_count(1)
