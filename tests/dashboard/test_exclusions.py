"""The tab "Exclusions"."""

import pytest

from messaging.failures import Reason
from messaging.statuses import DeliveryStatus
from sending.models import Typology
from tests import records
from tests.dashboard.queries import cost
from tests.sending import targets


@pytest.fixture
def delivery(db):
    return records.delivery()


def tab(client, delivery, query=""):
    return client.get(f"/deliveries/{delivery.pk}/exclusions/{query}")


def shown(response):
    return [row.exclusion for row in response.context["page"].rows]


def causes(client, delivery):
    rows = tab(client, delivery).context["page"].rows
    return [[(cause.label, cause.url) for cause in row.causes] for row in rows]


def test_exclusions_stand_newest_first(operator, delivery):
    older, newer = records.exclusion(delivery), records.exclusion(delivery)

    assert shown(tab(operator, delivery)) == [newer, older]


def test_a_reason_narrows_rows_and_count(operator, delivery):
    records.exclusion(delivery, reason=Reason.DUPLICATE)
    denied = records.exclusion(delivery, reason=Reason.DENYLISTED)

    response = tab(operator, delivery, "?reason=denylisted")

    context = response.context
    assert (shown(response), context["matching"], context["total"]) == ([denied], 1, 2)


def test_a_reason_that_does_not_occur_narrows_nothing(operator, delivery):
    row = records.exclusion(delivery)

    assert shown(tab(operator, delivery, "?reason=control")) == [row]


def test_an_exclusion_leads_to_what_caused_it(operator, delivery):
    records.exclusion(delivery, cause={"address_id": 7, "change_id": 8})
    records.exclusion(delivery, cause={"message_id": "2", "message_ids": ["2", "1"]})
    records.exclusion(delivery, cause={"message_id": "2"})

    assert causes(operator, delivery) == [
        [("Message 2", "/messages/2/")],
        [("Message 2", "/messages/2/"), ("Message 1", "/messages/1/")],
        [("What happened to the address", "/quarantine/7/#change-8")],
    ]
    assert 'href="/quarantine/7/#change-8"' in tab(operator, delivery).content.decode()


def test_a_double_leads_to_what_became_of_the_first_line(operator, delivery):
    sent, denied = "+393331234567", "+393331234568"
    message = records.message(delivery, address=sent)
    records.exclusion(
        delivery,
        address=denied,
        line=4,
        reason=Reason.DENYLISTED,
        cause={"address_id": 7, "change_id": 8},
    )
    records.exclusion(delivery, address=denied, line=5, cause={"line": 4})
    records.exclusion(delivery, address=sent, line=3, cause={"line": 2})

    assert causes(operator, delivery)[:2] == [
        [("The message to line 2", f"/messages/{message.pk}/")],
        [
            ("Line 4 was left out, too: Denylisted address", ""),
            ("What happened to the address", "/quarantine/7/#change-8"),
        ],
    ]


def test_texts_and_rules_are_told_in_the_language_of_the_page(operator, delivery):
    records.exclusion(
        delivery, text="The address is that of line 2 already.", rule="double", line=3
    )

    html = operator.get(
        f"/deliveries/{delivery.pk}/exclusions/", headers={"Accept-Language": "it"}
    ).content.decode()

    assert "già quello della riga 2." in html
    assert "The address is that" not in html


def test_the_rule_leads_to_the_typology_that_decided(admin, operator):
    delivery = targets.delivery()
    targets.rules(size_limit=1)
    targets.take(delivery, "phone\n+393331234567\n+393331234568\n")
    targets.prepare(delivery)

    link = f'href="/typologies/{Typology.objects.get().pk}/"'
    assert link in tab(admin, delivery).content.decode()
    assert link not in tab(operator, delivery).content.decode()


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
    records.exclusion(delivery, cause={"line": 1})
    one = cost(operator, f"/deliveries/{delivery.pk}/exclusions/")

    records.exclusion(delivery, cause={"line": 1})
    records.exclusion(delivery, cause={"line": 1})

    assert cost(operator, f"/deliveries/{delivery.pk}/exclusions/") == one
