"""A message's page: its story, what it means, and who else was written to."""

import re
from datetime import timedelta

import pytest

from deliveries.models import Delivery
from ingestion.models import InboxEntry
from messaging.failures import FailureType, Reason
from messaging.statuses import DeliveryStatus, MessageStatus
from quarantine.models import Address
from tests import records
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.queries import cost
from tests.records import NOON


@pytest.fixture
def message(db):
    delivery = records.delivery(account=records.account(kind="twilio"))
    return records.message(
        delivery, provider_ids=("SM1", "SM2"), address="+393331112233", recipient="CRM-1"
    )


def words(response):
    """Return what a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def page(client, message):
    return client.get(f"/messages/{message.pk}/")


def test_a_message_tells_its_ids_by_part(operator, message):
    assert "SM1 part 1 of 2 SM2 part 2 of 2" in words(page(operator, message))


def test_an_event_tells_both_times_and_what_lies_between(operator, message):
    records.event(message, received_at=NOON + timedelta(seconds=75))

    assert (
        "Provider's time 23 Nov 2026, 12:00:00 "
        "Received by us 23 Nov 2026, 12:01:15 ( 1 min 15 s later)"
    ).replace("( ", "(") in words(page(operator, message)).replace("( ", "(")


def test_a_time_that_was_in_the_future_is_told_as_such(operator, message):
    records.event(message, stated_at=NOON + timedelta(hours=1))

    text = words(page(operator, message))

    assert "It stated: 23 Nov 2026, 13:00:00" in text
    assert "later)" not in text


def test_an_event_without_a_time_says_so(operator, message):
    records.event(message, stated_at=None, occurred_at=None)

    assert "Provider's time not given" in words(page(operator, message))


def test_a_code_is_told_in_plain_words_with_the_next_step(operator, message):
    records.event(
        message,
        status=MessageStatus.FAILED,
        failure_type=FailureType.HARD,
        reason=Reason.USER_UNKNOWN,
        provider_code="30005",
    )

    text = words(page(operator, message))

    assert "30005 Unknown handset The number does not exist, or cannot receive SMS." in text
    assert "Correct the number where it came from." in text


def test_marketers_are_told_in_plain_words_too(operator, marketer, message):
    failed = {"status": MessageStatus.FAILED, "failure_type": FailureType.HARD}
    records.event(message, provider_code="30005", **failed)
    records.event(message, provider_code="99999", **failed)

    for person in (operator, marketer):
        text = words(page(person, message))
        assert "30005 Unknown handset" in text
        assert "99999 A code that is not in our table" in text


@pytest.mark.parametrize(("status", "told"), [(MessageStatus.FAILED, 1), (MessageStatus.SENT, 0)])
def test_a_code_in_no_table_is_only_remarked_on_where_something_failed(
    operator, message, status, told
):
    records.event(message, status=status, provider_code="99999")

    assert words(page(operator, message)).count("A code that is not in our table") == told


def test_an_event_that_moved_nothing_says_why(operator, message):
    records.event(message, status=MessageStatus.DELIVERED, digest=b"1")
    records.event(
        message,
        status=MessageStatus.SENT,
        digest=b"2",
        moved=False,
        received_at=NOON + timedelta(seconds=5),
    )

    assert (
        "Sent Did not move the status "
        "The status was already “Received on mobile”, which is further on."
    ) in words(page(operator, message))


def test_a_contradiction_is_told_at_the_top(operator, message):
    message.contradicted = True
    message.save()

    assert "both as failed and as received" in words(page(operator, message))


def test_an_event_leads_to_the_callback_that_brought_it(operator, message):
    entry = InboxEntry.objects.create(
        account_id=message.delivery.account_id, method="POST", body=b"", received_at=NOON
    )
    records.event(message, entry_id=entry.pk)

    assert f'href="/callbacks/raw/{entry.pk}/"' in page(operator, message).content.decode()


def test_a_callback_that_was_dropped_is_told_as_expired(operator, message):
    records.event(message, entry_id=5)

    assert "Raw callback expired" in words(page(operator, message))


def test_marketers_are_offered_no_raw_callback(marketer, message):
    records.event(message, entry_id=5)

    assert "Raw callback" not in words(page(marketer, message))


def test_a_message_nobody_reported_on_says_so(operator, message):
    assert "Nothing reported yet" in words(page(operator, message))


def test_an_erased_message_says_so(operator, message):
    message.address = ""
    message.save()

    text = words(page(operator, message))

    assert "Address erased" in text
    assert "Messages to this address" not in text


def test_the_story_of_a_live_delivery_asks_for_news_that_are_the_story_alone(operator, message):
    asked = re.search(r'hx-get="([^"]+)"', page(operator, message).content.decode()).group(1)
    assert operator.get(asked, headers=FRAGMENT).status_code == 204

    records.event(message, text="something new")

    news = operator.get(asked, headers=FRAGMENT).content.decode()
    assert " ".join(news.split()).startswith('<div id="told"')
    assert "something new" in news


def test_the_story_of_an_ended_delivery_asks_no_more(operator, message):
    asked = re.search(r'hx-get="([^"]+)"', page(operator, message).content.decode()).group(1)
    Delivery.objects.update(status=DeliveryStatus.FINISHED)

    assert "hx-get" not in operator.get(asked, headers=FRAGMENT).content.decode()


def test_an_unknown_message_is_not_found(operator):
    assert operator.get("/messages/7/").status_code == 404


def test_the_history_shows_every_message_to_the_address(operator, message):
    other = records.message(records.delivery(), address=message.address)
    records.message(records.delivery(), address="+390000000")

    response = operator.get(f"/messages/{message.pk}/history/")

    assert [row.pk for _at, row in response.context["page"].rows] == [other.pk, message.pk]


def test_the_history_of_an_erased_address_names_nobody(operator, message):
    message.address = ""
    message.save()
    records.message(records.delivery(), address="")

    response = operator.get(f"/messages/{message.pk}/history/")

    assert response.context["page"].rows == []


def test_marketers_may_not_see_the_history_of_an_address(marketer, message):
    assert marketer.get(f"/messages/{message.pk}/history/").status_code == 403


def test_one_event_costs_as_many_queries_as_three(operator, message):
    path = f"/messages/{message.pk}/"
    records.event(message, entry_id=1)
    one = cost(operator, path)

    for number in (2, 3):
        records.event(message, entry_id=number)

    assert cost(operator, path) == one


def test_a_history_of_one_costs_as_many_queries_as_of_three(operator, message):
    path = f"/messages/{message.pk}/history/"
    one = cost(operator, path)

    for _ in range(2):
        records.message(records.delivery(), address=message.address)

    assert cost(operator, path) == one


def test_what_was_written_back_stands_beside_the_message(operator, marketer, message):
    account = message.delivery.account
    records.reply(account, "Arret, +393331112233", keyword="STOP", action="denylist",
                  message_id=message.pk, delivery_id=message.delivery_id)  # fmt: skip

    assert "What was written back" in words(page(operator, message))
    assert "STOP Denylisted" in words(page(operator, message))
    assert "Arret, +393331112233" in words(page(operator, message))
    assert "393331112233" not in page(marketer, message).content.decode()


def test_admins_see_that_its_address_is_denylisted(admin, operator, message):
    records.opt_out(message)

    text = words(page(admin, message))

    assert "This address is denylisted: its holder has opted out. Since: 23 Nov 2026" in text
    assert "is denylisted" not in words(page(operator, message))


def test_an_address_that_a_person_denylisted_is_told_so(admin, message):
    Address.objects.create(channel="sms", address=message.address, status="denylisted")

    assert "This address is denylisted. Since:" in words(page(admin, message))
