"""How well it is known that messages were delivered: on the summary and on a message's page."""

import pytest

from dashboard import evidence
from messaging.statuses import Evidence, MessageStatus
from tests import records
from tests.dashboard.queries import cost
from tests.deliveries import outcomes

pytestmark = pytest.mark.django_db


def delivered(of, grade, number=1, **fields):
    outcomes.count(of, delivered=number, evidence=grade, **fields)


def test_the_summary_says_it_in_one_sentence(marketer):
    made = outcomes.delivery()
    delivered(made, Evidence.HANDSET, 3_100)
    delivered(made, Evidence.CARRIER, 300)
    delivered(made, Evidence.PROVIDER, 12)

    html = marketer.get(f"/deliveries/{made.pk}/").content.decode()

    assert (
        "Of 3,412 delivered, 3,100 are confirmed by the handset, 300 by the carrier, "
        "12 only accepted by the provider."
    ) in html


def test_every_grade_has_its_words(marketer):
    made = outcomes.delivery()
    for grade in Evidence:
        delivered(made, grade)

    proof = evidence.of_delivery(delivery_id=made.pk, channel=made.channel)

    assert proof.sentence == (
        "Of 5 delivered, 1 is proven by a click, 1 is confirmed by the handset, 1 by the carrier, "
        "1 only accepted by the provider, 1 not told by whom."
    )
    assert [part.name for part, _meaning in proof.parts] == [
        "clicked", "handset", "carrier", "provider", "none"
    ]  # fmt: skip
    assert sum(part.width for part, _meaning in proof.parts) == 1000


def test_nothing_delivered_is_not_graded(marketer):
    made = outcomes.delivery()

    assert "How delivered is known" not in marketer.get(f"/deliveries/{made.pk}/").content.decode()


def test_the_summary_costs_as_many_queries_for_one_grade_as_for_three(marketer):
    made = outcomes.delivery()
    delivered(made, Evidence.HANDSET)
    path = f"/deliveries/{made.pk}/"
    cost(marketer, path)
    one = cost(marketer, path)
    delivered(made, Evidence.CARRIER)
    delivered(made, Evidence.PROVIDER)

    assert cost(marketer, path) == one


@pytest.mark.parametrize(
    ("grade", "meaning"),
    [
        (Evidence.CARRIER, "The recipient&#x27;s carrier has reported it as delivered."),
        (Evidence.PROVIDER, "The provider calls it delivered, and does not say who confirmed"),
    ],
)
def test_a_message_says_its_grade_and_what_it_means(marketer, grade, meaning):
    message = records.message(
        records.delivery(), status=MessageStatus.DELIVERED, evidence=grade, country="IT"
    )
    records.event(message, status=MessageStatus.DELIVERED, evidence=grade)

    assert meaning in marketer.get(f"/messages/{message.pk}/").content.decode()


@pytest.mark.parametrize(("kind", "name"), [("infobip", "Infobip"), ("gone", "gone")])
def test_a_message_says_where_the_country_decided(marketer, kind, name):
    delivery = records.delivery(account=records.account(kind=kind))
    message = records.message(
        delivery, status=MessageStatus.DELIVERED, evidence=Evidence.CARRIER, country="US"
    )
    records.event(message, status=MessageStatus.DELIVERED, evidence=Evidence.HANDSET)

    html = marketer.get(f"/messages/{message.pk}/").content.decode()

    assert f"{name} names the handset, but there (United States)" in html


def test_a_message_that_has_not_arrived_has_no_grade(marketer):
    message = records.message(records.delivery(), status=MessageStatus.FAILED)

    assert "Evidence" not in marketer.get(f"/messages/{message.pk}/").content.decode()
