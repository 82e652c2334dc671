"""The tab "Tracking": clicks, URLs, times, files."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from deliveries.models import Delivery, Message
from messaging.statuses import DeliveryStatus, MessageStatus
from tests import records
from tests.dashboard.queries import cost
from tests.records import NOON
from tests.tracking import recorded
from tests.tracking.recorded import IMESSAGE
from tracking import judging
from tracking.models import TrackedUrl

SECOND = timedelta(seconds=1)


@pytest.fixture
def delivery(db):
    return records.delivery(started_at=NOON, content="Come to https://example.com/ now")


@pytest.fixture
def url(delivery):
    # Found in the content when the delivery was made.
    found, _made = TrackedUrl.objects.update_or_create(
        delivery=delivery, url="https://example.com/", defaults={"label": "Event"}
    )
    return found


def click(url, **fields):
    return recorded.click(url, records.message(url.delivery), **fields)


def shown(client, delivery, tab="", **query):
    return client.get(f"/deliveries/{delivery.pk}/tracking/{tab}", query)


def clicks_of(response):
    return [row.click for row in response.context["page"].rows]


def test_clicks_stand_newest_first(operator, delivery, url):
    older = click(url)
    newer = click(url, at=NOON + SECOND)

    assert clicks_of(shown(operator, delivery)) == [newer, older]


@pytest.mark.parametrize(
    ("verdict", "places"),
    [
        ("", [3, 2, 1, 0]),
        ("human", [0]),
        ("suspected", [2, 1]),
        ("bot", [1]),
        ("preview", [2]),
        ("nonsense", [3, 2, 1, 0]),
    ],
)
def test_clicks_are_narrowed_by_who_clicked(operator, delivery, url, verdict, places):
    made = [
        click(url, at=NOON + place * SECOND, user_agent=agent)
        for place, agent in enumerate((recorded.IPHONE, "curl/8", IMESSAGE))
    ]
    judging.judge()
    made.append(click(url, at=NOON + 3 * SECOND))

    response = shown(operator, delivery, verdict=verdict)

    assert clicks_of(response) == [made[place] for place in places]
    assert response.context["counts"] == {"human": 1, "suspected": 2, "bot": 1, "preview": 1}


def test_a_suspected_click_says_why(operator, delivery, url):
    click(url, user_agent="", method="HEAD")
    judging.judge()

    page = shown(operator, delivery).content.decode()

    assert "does not say what asks" in page
    assert "asked for the headers only, which nobody can look at" in page


def test_links_of_one_label_are_added_together(operator, delivery, url):
    same = recorded.url(delivery, url="https://example.com/2", label="Event", category="Shop")
    other = recorded.url(delivery, url="https://example.com/a", label="About")
    message = records.message(delivery, status=MessageStatus.DELIVERED)
    recorded.click(url, message)
    recorded.click(same, message, at=NOON + 60 * SECOND)
    click(same, user_agent="")
    click(other, at=NOON + 90 * SECOND)
    judging.judge()

    lines = shown(operator, delivery, "urls/").context["lines"]

    assert [(line.label, line.clicks, line.human_clicks, line.suspected_clicks, line.clickers)
            for line in lines] == [("About", 1, 1, 0, 1), ("Event", 3, 2, 1, 1)]  # fmt: skip
    assert lines[1].categories == "Shop"


def test_links_are_warmer_on_the_message_the_more_people_clicked(operator, url):
    delivery = Delivery.objects.get(pk=url.delivery_id)
    click(url)
    judging.judge()

    pieces = shown(operator, delivery, "urls/").context["pieces"]

    assert [(piece.text, piece.clicks, piece.warmth) for piece in pieces] == [
        ("Come to ", 0, 0),
        ("https://example.com/", 1, 4),
        (" now", 0, 0),
    ]


def test_times_tell_how_fast_people_clicked(operator, delivery, url):
    for minutes in (0, 1, 2, 3, 4, 5, 6, 7, 8, 300):
        click(url, at=NOON + timedelta(minutes=minutes))
    click(url, at=NOON, user_agent="")
    judging.judge()

    told = shown(operator, delivery, "times/").context["reactivity"]

    assert told.clicks == 10
    assert [point.after for point in told.reached] == [
        timedelta(minutes=minutes) for minutes in (1, 2, 3, 4, 5, 6, 7, 8, 9, 301)
    ]
    assert [number for _length, number in told.within] == [9, 9, 10]


def test_the_chart_draws_people_and_others_apart(operator, delivery, url):
    click(url)
    click(url, user_agent="")
    click(url, at=NOON + 61 * SECOND)
    judging.judge()

    chart = shown(operator, delivery, "times/", step="minute").context["chart"]

    at = int(NOON.timestamp())
    assert chart.points == {"at": [at, at + 60], "human": [1, 1], "suspected": [1, 0]}


@pytest.mark.parametrize(
    ("tab", "sentence"),
    [("", "No clicks"), ("urls/", "No links"), ("times/", "Nobody has clicked yet")],
)
def test_an_empty_tab_says_what_fills_it(operator, tab, sentence):
    response = shown(operator, records.delivery(), tab)

    assert sentence in response.content.decode()


@pytest.mark.parametrize("tab", ["", "urls/", "times/"])
def test_one_row_costs_as_many_queries_as_three(operator, delivery, url, tab):
    path = f"/deliveries/{delivery.pk}/tracking/{tab}"
    click(url)
    judging.judge()
    one = cost(operator, path)

    for label in ("second", "third"):
        click(recorded.url(delivery, label=label, url=f"https://e.com/{label}"))
    judging.judge()

    assert cost(operator, path) == one


@pytest.mark.parametrize("tab", ["", "times/"])
def test_a_live_delivery_asks_for_news(operator, delivery, url, tab):
    path = f"/deliveries/{delivery.pk}/tracking/{tab}"
    assert 'hx-trigger="every' in operator.get(path).content.decode()

    click(url)
    judging.judge()
    news = operator.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in news
    assert 'id="click-figures" hx-swap-oob="true"' in news

    Delivery.objects.update(
        status=DeliveryStatus.FINISHED, finished_at=timezone.now() - timedelta(days=2)
    )
    assert 'hx-trigger="every' not in operator.get(path).content.decode()


def file(client, delivery, name, **query):
    response = client.get(f"/deliveries/{delivery.pk}/tracking/{name}.csv", query)
    assert response["Content-Disposition"] == f'attachment; filename="{delivery.code}-{name}.csv"'
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_clicks_are_exported_oldest_first(operator, delivery, url):
    message = records.message(delivery, address="+393331112233", recipient="=1+1")
    recorded.click(url, message)
    click(url, at=NOON + SECOND, user_agent="curl/8", method="HEAD")
    judging.judge()

    person, robot = file(operator, delivery, "clicks")

    assert person == {
        "at": "2026-11-23T12:00:00+00:00",
        "label": "Event",
        "url": "https://example.com/",
        "verdict": "human",
        "reasons": "",
        "device": "phone",
        "system": "iOS",
        "country": "",
        "message": str(message.pk),
        "recipient": "'=1+1",
        "address": "+393331112233",
    }
    assert (robot["verdict"], robot["reasons"]) == ("bot", "library_agent head_request")
    assert file(operator, delivery, "clicks", verdict="suspected") == [robot]


def test_a_click_before_its_message_is_registered_is_told_without_it(operator, delivery, url):
    message_id = click(url).message_id
    Message.objects.all().delete()

    page = shown(operator, delivery)

    assert [row.message for row in page.context["page"].rows] == [None]
    assert "Not registered yet" in page.content.decode()
    (row,) = file(operator, delivery, "clicks")
    assert (row["message"], row["recipient"], row["address"]) == (str(message_id), "", "")


def test_an_export_is_masked_for_those_who_see_no_addresses(marketer, delivery, url):
    recorded.click(url, records.message(delivery, address="+393331112233"))

    (row,) = file(marketer, delivery, "clicks")

    assert "1112233" not in row["address"]


def test_urls_are_exported_each_by_itself(operator, delivery, url):
    recorded.url(delivery, label="Event", url="https://example.com/2", category="+shop")
    click(url)
    judging.judge()

    first, second = file(operator, delivery, "urls")

    assert (first["url"], first["clicks"], first["human_clicks"], first["clickers"]) == (
        "https://example.com/", "1", "1", "1",
    )  # fmt: skip
    assert second["category"] == "'+shop"


def test_the_platforms_average_stands_under_the_rate(operator, delivery, url):
    records.message(delivery, status=MessageStatus.DELIVERED)
    message = records.message(delivery, status=MessageStatus.DELIVERED)
    recorded.click(url, message)
    judging.judge()

    response = shown(operator, delivery)

    assert response.context["averages"].click_rate == 0.5
    assert "Platform average" in response.content.decode()
    assert "Platform average" in operator.get(f"/deliveries/{delivery.pk}/").content.decode()


def test_a_message_shows_its_clicks(operator, url):
    message = records.message(url.delivery)
    recorded.click(url, message, user_agent="")
    judging.judge()

    page = operator.get(f"/messages/{message.pk}/")

    assert [row.reasons for row in page.context["clicks"]] == [["does not say what asks"]]
    assert "does not say what asks" in page.content.decode()
