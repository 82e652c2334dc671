"""The journals, and the causes of exclusions."""

from datetime import timedelta

import pytest

from deliveries import journal
from messaging.failures import Reason
from tests import records
from tests.dashboard.queries import cost
from tests.records import NOON


@pytest.fixture
def delivery(db):
    return records.delivery()


def write(delivery, text="Delivery created.", **fields):
    return journal.write(
        **{"delivery": delivery, "code": "DEL-1", "text": text, "at": NOON} | fields
    )


def lines(client, path, **query):
    return [line.text for line in client.get(path, query).context["page"].rows]


def test_the_journal_of_a_delivery_stands_newest_first(marketer, delivery):
    write(delivery, "first")
    write(delivery, "second")
    write(None, "of the system")

    assert lines(marketer, f"/deliveries/{delivery.pk}/audit/") == ["second", "first"]


def test_a_line_tells_level_code_text_and_actor(operator, delivery):
    write(delivery, "Stopped.", level=journal.ERROR, by=operator.user)

    text = operator.get(f"/deliveries/{delivery.pk}/audit/").content.decode()

    for said in ('aria-label="Error"', ">DEL-1<", ">Stopped.<", ">operator-person<"):
        assert said in text


def test_a_level_narrows_the_journal(operator, delivery):
    write(delivery, "usual")
    write(delivery, "odd", level=journal.WARNING)

    assert lines(operator, f"/deliveries/{delivery.pk}/audit/", level="warning") == ["odd"]


@pytest.mark.parametrize("search", ["CREDIT", "del-9", "operator-person"])
def test_a_search_looks_at_text_code_and_actor(operator, delivery, search):
    write(delivery, "usual")
    write(delivery, "The credit is used up.", code="DEL-9", by=operator.user)

    found = lines(operator, f"/deliveries/{delivery.pk}/audit/", search=search)

    assert found == ["The credit is used up."]


def test_an_actor_and_days_narrow_the_journal(operator, delivery):
    write(delivery, "hers", by=operator.user)
    write(delivery, "later", at=NOON + timedelta(days=1))
    path = f"/deliveries/{delivery.pk}/audit/"

    assert lines(operator, path, actor="OPERATOR-person") == ["hers"]
    assert lines(operator, path, since="2026-11-24") == ["later"]
    assert lines(operator, path, until="2026-11-23") == ["hers"]
    assert lines(operator, path, since="2026-11-24", until="2026-11-24") == ["later"]


def test_a_filter_that_cannot_be_read_is_named_and_filters_nothing(operator, delivery):
    write(delivery, "usual")

    page = operator.get(f"/deliveries/{delivery.pk}/audit/", {"since": "soon", "level": "loud"})

    assert list(page.context["form"].errors) == ["level", "since"]
    assert [line.text for line in page.context["page"].rows] == ["usual"]


def test_an_empty_journal_and_a_search_for_nothing_say_different_things(operator, delivery):
    path = f"/deliveries/{delivery.pk}/audit/"

    assert "The journal is empty" in operator.get(path).content.decode()
    assert "No line matches" in operator.get(path, {"level": "error"}).content.decode()


def test_the_journal_of_the_system_is_for_administrators(admin, operator, delivery):
    write(delivery, "of a delivery")
    write(None, "of the system")

    assert lines(admin, "/audit/") == ["of the system"]
    assert operator.get("/audit/").status_code == 403


def test_causes_of_exclusions_are_drawn_and_written(operator, delivery):
    for _ in range(3):
        records.exclusion(delivery, reason=Reason.DENYLISTED)
    records.exclusion(delivery, reason=Reason.DUPLICATE)

    response = operator.get(f"/deliveries/{delivery.pk}/audit/causes/")

    chart = response.context["chart"]
    assert [(bar.label, bar.count) for bar in chart.bars] == [
        ("Denylisted address", 3),
        ("Double", 1),
    ]
    assert response.content.decode().count('class="bars__bar"') == 2


@pytest.mark.parametrize(
    ("tab", "sentence"), [("causes", "Nobody was left out"), ("proofs", "No proofs")]
)
def test_an_empty_tab_says_why(operator, delivery, tab, sentence):
    response = operator.get(f"/deliveries/{delivery.pk}/audit/{tab}/")

    assert sentence in response.content.decode()


def test_one_line_costs_as_many_queries_as_three(operator, delivery):
    path = f"/deliveries/{delivery.pk}/audit/"
    write(delivery)
    one = cost(operator, path)

    write(delivery)
    write(delivery)

    assert cost(operator, path) == one
