"""Inbound messages in a browser: filtered by hand, followed to what they answer."""

import pytest
from playwright.sync_api import expect

from deliveries import roles
from tests.records import account, delivery, message, opt_out, reply

ANNA = "+393331112233"


@pytest.fixture
def written(transactional_db):
    """A delivery whose message was answered, and a message of somebody else."""
    to = account(name="Italy")
    sale = delivery(account=to, label="Spring sale")
    answered = message(sale, address=ANNA)
    opt_out(answered)
    reply(to, "Basta!", address=ANNA, keyword="STOP", action="denylist",
          message_id=answered.pk, delivery_id=sale.pk)  # fmt: skip
    reply(to, "At what time?", address="+447912345678")
    return sale


def test_a_reply_is_found_and_followed_to_the_message_it_answers(window, written):
    page = window(role=roles.ADMIN)
    page.goto("/inbound/")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)

    page.get_by_label("Keyword").select_option("STOP")

    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("denylisted since")
    rows.get_by_role("link", name="Spring sale").click()
    expect(page.get_by_text("What was written back")).to_be_visible()
    expect(page.get_by_text("its holder has opted out")).to_be_visible()
