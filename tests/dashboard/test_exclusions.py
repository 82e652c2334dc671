"""The tab "Exclusions"."""

import pytest

from messaging.failures import Reason
from messaging.statuses import DeliveryStatus
from tests import records
from tests.dashboard.queries import cost


@pytest.fixture
def delivery(db):
    return records.delivery()


def tab(client, delivery, query=""):
    return client.get(f"/deliveries/{delivery.pk}/exclusions/{query}")


def test_exclusions_stand_newest_first(operator, delivery):
    older, newer = records.exclusion(delivery), records.exclusion(delivery)

    assert tab(operator, delivery).context["page"].rows == [newer, older]


def test_a_reason_narrows_rows_and_count(operator, delivery):
    records.exclusion(delivery, reason=Reason.DUPLICATE)
    denied = records.exclusion(delivery, reason=Reason.DENYLISTED)

    response = tab(operator, delivery, "?reason=denylisted")

    context = response.context
    assert (context["page"].rows, context["matching"], context["total"]) == ([denied], 1, 2)


def test_a_reason_that_does_not_occur_narrows_nothing(operator, delivery):
    row = records.exclusion(delivery)

    assert tab(operator, delivery, "?reason=control").context["page"].rows == [row]


def test_an_exclusion_leads_to_the_message_that_caused_it(operator, delivery):
    message = records.message(delivery)
    records.exclusion(delivery, cause={"message_id": message.pk})

    assert f'href="/messages/{message.pk}/"' in tab(operator, delivery).content.decode()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (DeliveryStatus.IN_PROGRESS, "Messages that another system has sent"),
        (DeliveryStatus.EDITING, "Exclusions are made when a target is prepared"),
    ],
)
def test_an_empty_tab_says_why(operator, status, sentence):
    assert sentence in tab(operator, records.delivery(status=status)).content.decode()


def test_one_row_costs_as_many_queries_as_three(operator, delivery):
    records.exclusion(delivery)
    one = cost(operator, f"/deliveries/{delivery.pk}/exclusions/")

    records.exclusion(delivery)
    records.exclusion(delivery)

    assert cost(operator, f"/deliveries/{delivery.pk}/exclusions/") == one
