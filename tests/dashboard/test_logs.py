"""The tab "Delivery": rows, filters, search, order, pages, news."""

import re
from datetime import timedelta

import pytest

from messaging.failures import FailureType, Reason
from messaging.statuses import DeliveryStatus, MessageStatus
from tests import records
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.queries import cost
from tests.records import NOON

REFUSED = {
    "status": MessageStatus.FAILED,
    "failure_type": FailureType.SOFT,
    "reason": Reason.REFUSED,
    "failed_at": NOON,
}


@pytest.fixture
def delivery(db):
    return records.delivery()


def logs(client, delivery, query="", **headers):
    return client.get(f"/deliveries/{delivery.pk}/logs/{query}", headers=headers)


def shown(response):
    """Return the ids of the messages in the order of their rows."""
    return [int(found) for found in re.findall(r'<tr id="message-(\d+)"', text_of(response))]


def text_of(response):
    return response.content.decode()


def counted(response):
    found = re.search(r'class="counted">.*?</span>(.*?)</span>', text_of(response), re.DOTALL)
    return " ".join(found.group(1).split())


def test_rows_stand_newest_first(operator, delivery):
    older = records.message(delivery, changed_at=NOON)
    newer = records.message(delivery, changed_at=NOON + timedelta(minutes=1))

    assert shown(logs(operator, delivery)) == [newer.pk, older.pk]


def test_a_row_tells_status_reason_address_reference_text_and_code(operator, delivery):
    records.message(
        delivery,
        address="+393331112233",
        recipient="CRM-7",
        text="Message filtered",
        provider_code="30007",
        **REFUSED,
    )

    row = re.search(r'<tr id="message-.*?</tr>', text_of(logs(operator, delivery)), re.DOTALL)

    words = re.sub(r"<[^>]*>", " ", row.group()).split()
    assert " ".join(words) == (
        "Failed 23 Nov 2026, 12:00:00 Failed Refused Soft +393331112233 CRM-7 "
        "Message filtered 30007"
    )


def test_a_row_opens_its_message(operator, delivery):
    message = records.message(delivery)

    assert f'data-href="/messages/{message.pk}/"' in text_of(logs(operator, delivery))


def test_a_status_narrows_the_rows_and_the_count(operator, delivery):
    records.message(delivery)
    failed = records.message(delivery, **REFUSED)

    response = logs(operator, delivery, "?status=failed")

    assert (shown(response), counted(response)) == ([failed.pk], "1 / 2")


def test_filters_offer_only_what_occurs_with_its_count(operator, delivery):
    records.message(delivery)
    for _ in range(2):
        records.message(delivery, **REFUSED)

    choices = logs(operator, delivery).context["choices"]

    offered = [
        [(choice.value, choice.count) for choice in listed]
        for listed in (choices.statuses, choices.failure_types, choices.reasons)
    ]
    assert offered == [
        [("accepted", 1), ("failed", 2)],
        [("soft", 2)],
        [("refused", 2)],
    ]


def test_a_chosen_filter_stays_offered_when_nothing_matches_it_any_more(operator, delivery):
    records.message(delivery)

    choices = logs(operator, delivery, "?reason=refused").context["choices"]

    assert [(choice.value, choice.chosen) for choice in choices.reasons] == [("refused", True)]


@pytest.mark.parametrize("search", ["+3933300", "CRM-", "SM-1", "SM-"])
def test_operators_search_by_the_beginning_of_address_reference_and_id(operator, delivery, search):
    found = records.message(
        delivery, address="+393330000001", recipient="CRM-1", provider_ids=("SM-1",)
    )
    records.message(delivery, address="+393450000001", recipient="X", provider_ids=("Q",))

    response = operator.get(f"/deliveries/{delivery.pk}/logs/", {"search": search})

    assert (shown(response), counted(response)) == ([found.pk], "1 / 2")


def test_a_search_shows_the_provider_ids_it_may_have_found(operator, delivery):
    records.message(delivery, provider_ids=("SM-1",))

    assert "SM-1" in text_of(logs(operator, delivery, "?search=SM-1"))
    assert "SM-1" not in text_of(logs(operator, delivery))


def test_marketers_cannot_find_anybody_by_address(marketer, delivery):
    records.message(delivery, address="+393330000001", recipient="+393330000001")

    response = marketer.get(f"/deliveries/{delivery.pk}/logs/", {"search": "+39333"})

    assert (shown(response), counted(response)) == ([], "0 / 1")


def test_operators_sort_by_address(operator, delivery):
    last = records.message(delivery, address="+399")
    first = records.message(delivery, address="+391")

    response = logs(operator, delivery, "?sort=address")

    assert shown(response) == [first.pk, last.pk]


def test_marketers_get_the_usual_order_where_they_ask_for_that_of_addresses(marketer, delivery):
    older = records.message(delivery, address="+391", changed_at=NOON)
    newer = records.message(delivery, address="+399", changed_at=NOON + timedelta(minutes=1))

    response = logs(marketer, delivery, "?sort=address")

    assert shown(response) == [newer.pk, older.pk]


def test_pages_lead_on_and_back(operator, delivery):
    made = [
        records.message(delivery, changed_at=NOON + timedelta(seconds=second)).pk
        for second in range(101)
    ]

    first = logs(operator, delivery)
    second = logs(operator, delivery, f"?cursor={first.context['page'].next}")
    back = logs(operator, delivery, f"?cursor={second.context['page'].previous}")

    assert (shown(first), shown(second), shown(back)) == (
        made[:0:-1],
        made[:1],
        made[:0:-1],
    )


def test_a_damaged_page_address_leads_to_the_first_page_with_a_notice(operator, delivery):
    message = records.message(delivery)

    response = logs(operator, delivery, "?cursor=broken")

    assert shown(response) == [message.pk]
    assert "this is the first one" in text_of(response)


def test_an_unknown_filter_is_left_out_with_a_notice(operator, delivery):
    message = records.message(delivery)

    response = logs(operator, delivery, "?status=nonsense")

    assert shown(response) == [message.pk]
    assert "Unknown value." in text_of(response)


def test_the_first_page_of_a_live_delivery_asks_for_news(operator, delivery):
    records.message(delivery)

    assert 'hx-trigger="every 3s"' in text_of(logs(operator, delivery))


def test_another_page_does_not_ask_for_news(operator, delivery):
    for _ in range(101):
        records.message(delivery)
    cursor = logs(operator, delivery).context["page"].next

    assert "hx-trigger" not in text_of(logs(operator, delivery, f"?cursor={cursor}"))


def test_news_are_the_rows_the_count_and_the_pages_alone(operator, delivery):
    message = records.message(delivery)

    response = logs(operator, delivery, **FRAGMENT)

    assert shown(response) == [message.pk]
    assert re.findall(r'<(\w+)\s+id="(\w+)"', text_of(response)) == [
        ("tbody", "rows"),
        ("div", "count"),
        ("div", "pages"),
    ]
    assert text_of(response).count('hx-swap-oob="true"') == 2


def test_news_of_an_ended_delivery_ask_no_more(operator):
    delivery = records.delivery(status=DeliveryStatus.FINISHED)
    records.message(delivery)

    assert "hx-get" not in text_of(logs(operator, delivery, **FRAGMENT))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("", "No messages yet"), ("?status=failed", "No message matches")],
)
def test_an_empty_list_says_why(operator, delivery, query, sentence):
    assert sentence in text_of(logs(operator, delivery, query))


def test_an_archived_delivery_says_that_its_rows_are_gone(operator):
    delivery = records.delivery(status=DeliveryStatus.FINISHED, archived_at=NOON)

    assert "These messages are archived" in text_of(logs(operator, delivery))


def test_a_list_that_shrank_says_so(operator, delivery):
    for _ in range(101):
        records.message(delivery)
    cursor = logs(operator, delivery).context["page"].next
    delivery.message_set.all().delete()

    assert "No messages on this page" in text_of(logs(operator, delivery, f"?cursor={cursor}"))


def test_an_unknown_delivery_is_not_found(operator):
    assert operator.get("/deliveries/7/logs/").status_code == 404


def test_one_row_costs_as_many_queries_as_three(operator, delivery):
    path = f"/deliveries/{delivery.pk}/logs/"
    records.message(delivery, provider_ids=("p1",))
    one = cost(operator, path)

    for number in (2, 3):
        records.message(delivery, provider_ids=(f"p{number}",))

    assert cost(operator, path) == one
