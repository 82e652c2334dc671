"""What people wrote back."""

import pytest
from django.utils import timezone

from ingestion.models import InboxEntry
from tests import records
from tests.dashboard.queries import cost
from tests.records import NOON


def reply(text="STOP", **fields):
    return records.reply(records.account(), text, **fields)


def shown(client, query=""):
    return [row.reply for row in client.get(f"/inbound/{query}").context["page"].rows]


def test_replies_stand_newest_first(operator):
    older, newer = reply(), reply()

    assert shown(operator) == [newer, older]


def test_marketers_read_replies_without_addresses(marketer):
    reply("Call me at +39 333 111 2233", recipient="+3934200000")

    text = marketer.get("/inbound/").content.decode()

    assert "Call me at" in text
    for hidden in ("+393331112233", "333 111 2233", "+3934200000"):
        assert hidden not in text


def test_an_erased_reply_says_so(operator):
    reply("", address="")

    assert ">erased<" in operator.get("/inbound/").content.decode()


def test_without_replies_the_page_says_when_they_come(operator):
    assert "Nobody has written yet" in operator.get("/inbound/").content.decode()


def test_one_row_costs_as_many_queries_as_three(admin):
    message = records.message(records.delivery())
    answers = {"message_id": message.pk, "delivery_id": message.delivery_id}
    reply(**answers)
    one = cost(admin, "/inbound/")

    reply(**answers)
    reply()

    assert cost(admin, "/inbound/") == one


def test_replies_are_filtered(operator):
    stop = reply(keyword="STOP", action="denylist")
    odd = reply("Hi", address="Bank", action="no_number")
    plain = reply("Hi")
    to = f"?account={plain.account_id}"

    assert shown(operator, "?keyword=STOP") == [stop]
    assert shown(operator, "?keyword=none") == [plain, odd]
    assert shown(operator, "?action=no_number") == [odd]
    assert shown(operator, "?action=none") == [plain]
    assert shown(operator, to) == [plain]
    today = f"{timezone.localdate():%Y-%m-%d}"
    assert shown(operator, f"?since={today}&until={today}") == [plain, odd, stop]
    assert shown(operator, "?since=2999-01-01") == []
    assert "No message matches" in operator.get("/inbound/?keyword=HELP").content.decode()


def test_what_cannot_be_read_as_a_filter_is_named_and_filters_nothing(operator):
    only = reply()

    assert shown(operator, "?since=tomorrow&account=x&delivery=-1") == [only]
    assert "Enter a valid date." in operator.get("/inbound/?since=tomorrow").content.decode()


def test_the_first_and_the_last_day_of_the_calendar_are_days(operator):
    only = reply()

    assert shown(operator, "?since=0001-01-01&until=9999-12-31") == [only]
    assert shown(operator, "?since=9999-12-31") == shown(operator, "?until=0001-01-01") == []


def test_replies_are_filtered_by_the_delivery_they_answer(operator):
    message = records.message(records.delivery(label="Spring sale"))
    answer = reply(message_id=message.pk, delivery_id=message.delivery_id)
    reply()

    page = operator.get(f"/inbound/?delivery={message.delivery_id}")

    assert [row.reply for row in page.context["page"].rows] == [answer]
    assert f'href="/messages/{message.pk}/"' in page.content.decode()
    assert "Only what answers:" in page.content.decode()


@pytest.mark.parametrize(
    "search", ["+39333", "39333", "0039 333", "+39 (333) 111-22", "%2B39333", "+393331112233"]
)
def test_addresses_are_found_by_their_beginning_however_it_is_written(operator, search):
    found = reply()
    reply(address="+447912345678")

    assert shown(operator, f"?search={search}") == [found]


def test_a_name_is_found_by_its_beginning(operator):
    found = reply(address="Bank24")
    reply()

    assert shown(operator, "?search=Bank") == [found]


def test_a_marketer_finds_nothing_by_addresses(marketer):
    reply()

    page = marketer.get("/inbound/?search=+39333")

    assert len(page.context["page"].rows) == 1
    assert 'name="search"' not in page.content.decode()


def test_admins_see_that_an_address_is_denylisted_and_since_when(admin, operator):
    message = records.message(records.delivery(), address="+393331112233")
    records.opt_out(message)
    reply(keyword="STOP", action="denylist")

    text = admin.get("/inbound/").content.decode()

    assert "denylisted since" in text
    assert "23 Nov 2026, 12:00" in text
    assert "denylisted since" not in operator.get("/inbound/").content.decode()


def test_a_raw_callback_is_linked_while_it_is_kept(operator, marketer):
    account = records.account()
    entry = InboxEntry.objects.create(account=account, method="POST", body=b"", received_at=NOON)
    reply(entry_id=entry.pk)
    reply(entry_id=1)

    text = operator.get("/inbound/").content.decode()

    assert f'href="/callbacks/raw/{entry.pk}/"' in text
    assert ">expired<" in text
    assert "/callbacks/raw/" not in marketer.get("/inbound/").content.decode()
