"""What people wrote back."""

from tests import records
from tests.dashboard.queries import cost


def reply(text="STOP", **fields):
    return records.reply(records.account(), text, **fields)


def test_replies_stand_newest_first(operator):
    older, newer = reply(), reply()

    assert operator.get("/inbound/").context["page"].rows == [newer, older]


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


def test_one_row_costs_as_many_queries_as_three(operator):
    reply()
    one = cost(operator, "/inbound/")

    reply()
    reply()

    assert cost(operator, "/inbound/") == one
