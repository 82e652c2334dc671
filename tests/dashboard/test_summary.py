"""The tab "Summary": figures, bars that add up, failures, and the chart's points."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest

from dashboard import reconciliation, throughput
from deliveries import counters
from deliveries.figures import Figures
from deliveries.models import Delivery
from messaging.failures import FailureType, Reason
from messaging.statuses import DeliveryStatus, MessageStatus
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.test_deliveries import markup_of, text_of
from tests.records import NOON, delivery, exclusion, message, opt_out


def failed(of, failure_type, reason):
    return message(
        of,
        status=MessageStatus.FAILED,
        failure_type=failure_type,
        reason=reason,
        failed_at=NOON,
    )


def points_of(response):
    found = re.search(r'id="points-data"[^>]*>(.*?)</script>', response.content.decode())
    return json.loads(found[1])


def test_the_figures_have_count_and_percentage(marketer):
    shown = delivery()
    for status in (MessageStatus.DELIVERED, MessageStatus.DELIVERED, MessageStatus.FAILED):
        message(shown, status=status)
    message(shown, status=MessageStatus.SENT)

    page = text_of(marketer.get(f"/deliveries/{shown.pk}/"))

    assert (
        "To send 4 Processed 75.0 % 3 Platform average 75 % Success 50.0 % 2 Platform average 50 %"
    ) in page


def test_every_targeted_recipient_is_accounted_for(marketer):
    shown = delivery()
    exclusion(shown)
    for status in MessageStatus:
        message(shown, status=status)

    page = text_of(marketer.get(f"/deliveries/{shown.pk}/"))

    assert "reconciles Targeted 8" in page
    assert "Excluded 1 12.5 %" in page
    assert "In progress 3 42.9 %" in page


def test_parts_of_a_bar_fill_it_and_none_that_counts_vanishes():
    figures = Figures(to_send=1_000_000, delivered=999_998, failed=1, unknown=1)

    _targeted, bar = reconciliation.bars(delivery_id=1, figures=figures)

    assert [(part.x, part.width) for part in bar.parts] == [
        (0, 988),
        (988, 6),
        (994, 6),
        (1000, 0),
        (1000, 0),
    ]


def test_an_empty_bar_has_no_parts_to_draw():
    bars = reconciliation.bars(delivery_id=1, figures=Figures())

    assert [part.width for bar in bars for part in bar.parts] == [0] * 7


def test_each_failure_leads_to_its_messages(marketer):
    shown = delivery()
    failed(shown, FailureType.HARD, Reason.USER_UNKNOWN)
    failed(shown, FailureType.HARD, Reason.USER_UNKNOWN)
    failed(shown, FailureType.SOFT, Reason.UNREACHABLE)

    response = marketer.get(f"/deliveries/{shown.pk}/")

    logs = f"/deliveries/{shown.pk}/logs/?status=failed&amp;failure_type=hard&amp;reason="
    assert f'href="{logs}user_unknown">User unknown</a>' in markup_of(response)
    assert "User unknown Hard 2 66.7 % Unreachable Soft 1 33.3 %" in text_of(response)


def test_spend_is_shown_by_currency_country_and_network(marketer):
    shown = delivery()
    price = {"price": Decimal("0.0410"), "currency": "EUR", "segments": 2}
    message(shown, country="IT", network="22201", **price)

    page = text_of(marketer.get(f"/deliveries/{shown.pk}/"))

    assert "Segments 2 Spend 0.0410 EUR" in page
    assert "Italy 222 01 1 0 0 % 2 0.0410 EUR" in page


def test_a_started_delivery_is_read_only_in_its_title(marketer):
    started = delivery(label="Launch")
    draft = delivery(label="Draft", status=DeliveryStatus.EDITING)
    codes = dict(Delivery.objects.values_list("pk", "code"))

    pages = [text_of(marketer.get(f"/deliveries/{shown.pk}/")) for shown in (started, draft)]

    assert f"Delivery 'Launch ({codes[started.pk]})' (read only)" in pages[0].replace("&#x27;", "'")
    assert "(read only)" not in pages[1]


def test_the_window_s_title_holds_no_number_that_stands_in_a_label(operator):
    shown = delivery(label="Test to +39 333 1234567")

    page = operator.get(f"/deliveries/{shown.pk}/").content.decode()

    assert "1234567" not in re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1]


def test_a_live_delivery_asks_for_news_and_an_ended_one_does_not(marketer):
    live = delivery()
    ended = delivery(status=DeliveryStatus.FINISHED, finished_at=NOON)

    pages = [marketer.get(f"/deliveries/{shown.pk}/").content.decode() for shown in (live, ended)]

    assert [page.count('hx-trigger="every') for page in pages] == [2, 0]


def test_news_bring_all_figures_but_not_the_page(marketer):
    live = delivery()
    message(live, status=MessageStatus.DELIVERED)

    news = markup_of(marketer.get(f"/deliveries/{live.pk}/", headers=FRAGMENT))

    parts = re.findall(r'id="(overview|breakdown|facts|points)" (hx-\w+(?:-oob)?)', news)
    assert parts == [("overview", "hx-get"), ("breakdown", "hx-swap-oob"), ("facts", "hx-swap-oob")]
    assert "<html" not in news


def test_the_summary_costs_the_same_queries_however_much_there_is(
    marketer, django_assert_num_queries
):
    shown = delivery()
    message(shown, status=MessageStatus.DELIVERED, delivered_at=NOON, country="IT")
    with django_assert_num_queries(14):
        marketer.get(f"/deliveries/{shown.pk}/")

    failed(shown, FailureType.HARD, Reason.USER_UNKNOWN)
    failed(shown, FailureType.SOFT, Reason.UNREACHABLE)
    with django_assert_num_queries(14):
        marketer.get(f"/deliveries/{shown.pk}/")


def test_the_chart_s_points_fill_the_gaps_and_its_table_leaves_them_out(marketer):
    shown = delivery(started_at=NOON)
    for minute in (0, 2):
        at = NOON + timedelta(minutes=minute)
        message(shown, status=MessageStatus.DELIVERED, accepted_at=at, delivered_at=at)

    response = marketer.get(f"/deliveries/{shown.pk}/chart/?step=minute", headers=FRAGMENT)

    noon = int(NOON.timestamp())
    assert points_of(response) == {
        "at": [noon, noon + 60, noon + 120],
        "accepted": [1, 0, 1],
        "sent": [0, 0, 0],
        "delivered": [1, 0, 1],
        "failed": [0, 0, 0],
    }
    assert response.content.decode().count('<th scope="row"') == 2


def test_clicks_are_drawn_where_there_are_any(marketer):
    shown = delivery()
    counters.add({counters.Figure(shown.pk, counters.CLICKS, "", NOON): 2})

    response = marketer.get(f"/deliveries/{shown.pk}/chart/", headers=FRAGMENT)

    assert points_of(response)["clicks"] == [2]


def test_without_messages_the_chart_says_that_nothing_happened(marketer):
    shown = delivery()

    response = marketer.get(f"/deliveries/{shown.pk}/")

    assert points_of(response)["at"] == []
    assert "Nothing has happened yet" in text_of(response)
    # Without a curve the table is what there is to see.
    assert '<details class="chart__table" open>' in response.content.decode()


@pytest.mark.parametrize(
    ("lasted", "step"),
    [
        (timedelta(hours=2), "minute"),
        (timedelta(days=3), "hour"),
        (timedelta(days=60), "day"),
        (timedelta(days=3000), "day"),
    ],
)
def test_the_step_follows_how_long_something_happened(db, lasted, step):
    """A receipt's time to come may end days after the last one came."""
    shown = delivery(started_at=NOON, finished_at=NOON + timedelta(days=90))
    message(shown, accepted_at=NOON)
    message(shown, accepted_at=NOON + lasted)

    assert throughput.of(delivery=shown, step="").step == step


def test_a_step_that_would_give_too_many_points_is_raised_and_said(marketer):
    shown = delivery(started_at=NOON)
    message(shown, accepted_at=NOON)
    message(shown, accepted_at=NOON + timedelta(days=3))

    page = marketer.get(f"/deliveries/{shown.pk}/?step=minute")

    assert len(points_of(page)["at"]) == 73
    assert "a coarser one is shown" in text_of(page)


def test_an_unknown_delivery_is_not_found(marketer):
    answers = [
        marketer.get(f"/deliveries/{wanted}/{tab}").status_code
        for wanted in (1, 10**30)
        for tab in ("", "chart/", "sms/")
    ]

    assert answers == [404] * 6


def test_the_summary_tells_how_many_opted_out(operator):
    made = delivery()
    answered = message(made)
    message(made)
    assert 'id="opt-outs"' not in operator.get(f"/deliveries/{made.pk}/").content.decode()

    opt_out(answered)
    text = operator.get(f"/deliveries/{made.pk}/").content.decode()

    assert f'href="/inbound/?delivery={made.pk}"' in text
    assert text.partition('id="opt-outs"')[2].partition("</dd>")[0].count("50") == 1
