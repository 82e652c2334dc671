"""The tab "Tracking": clicks and URLs."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests import records
from tests.dashboard.queries import cost
from tests.records import NOON
from tracking.models import Click, TrackedUrl


@pytest.fixture
def delivery(db):
    return records.delivery()


@pytest.fixture
def url(delivery):
    return TrackedUrl.objects.create(delivery=delivery, label="Event", url="https://example.com/")


def click(url, **fields):
    message = records.message(url.delivery)
    made = {"at": NOON, "method": "GET", "request_id": uuid4(), "message": message}
    return Click.objects.create(url=url, delivery=url.delivery, **made | fields)


def test_clicks_stand_newest_first(operator, delivery, url):
    older = click(url)
    newer = click(url, at=NOON + timedelta(seconds=1))

    page = operator.get(f"/deliveries/{delivery.pk}/tracking/").context["page"]

    assert page.rows == [newer, older]


def test_urls_stand_by_label(operator, delivery, url):
    first = TrackedUrl.objects.create(delivery=delivery, label="About", url="https://example.com/a")

    page = operator.get(f"/deliveries/{delivery.pk}/tracking/urls/").context["page"]

    assert page.rows == [first, url]


@pytest.mark.parametrize(("tab", "sentence"), [("", "No clicks"), ("urls/", "No links")])
def test_an_empty_tab_says_what_fills_it(operator, delivery, tab, sentence):
    response = operator.get(f"/deliveries/{delivery.pk}/tracking/{tab}")

    assert sentence in response.content.decode()


@pytest.mark.parametrize("tab", ["", "urls/"])
def test_one_row_costs_as_many_queries_as_three(operator, delivery, url, tab):
    path = f"/deliveries/{delivery.pk}/tracking/{tab}"
    click(url)
    one = cost(operator, path)

    for label in ("second", "third"):
        other = TrackedUrl.objects.create(delivery=delivery, label=label, url="https://e.com/")
        click(other)

    assert cost(operator, path) == one
