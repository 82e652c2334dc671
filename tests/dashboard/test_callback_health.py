"""The health of reception."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ingestion import figures, sightings
from ingestion.models import HeldCallback, QueueItem, ReceiptCounter, Sighting
from storage.ids import lowest_id
from tests import records
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.queries import cost

PAGE = "/callbacks/health/"


def count(account, figure, value, *, age=timedelta(), key=""):
    bucket = figures.hour(timezone.now() - age)
    ReceiptCounter.objects.create(
        account=account, figure=figure, key=key, bucket=bucket, value=value
    )
    return bucket


def see(account, *, age=timedelta()):
    at = timezone.now() - age
    Sighting.objects.create(account=account, genuine=True, first_at=at, last_at=at, said="sent")
    return at


def counts(client, period=""):
    return client.get(f"{PAGE}?period={period}").context["page"].rows[0].counts


def text(client, address=PAGE):
    return client.get(address).content.decode()


@pytest.mark.parametrize(
    ("period", "received"), [("hour", 1), ("day", 3), ("", 3), ("week", 7), ("all", 15)]
)
def test_figures_are_told_for_the_period_that_is_chosen(marketer, period, received):
    account = records.account()
    count(account, figures.RECEIVED, 1)
    count(account, figures.RECEIVED, 2, age=timedelta(hours=20))
    count(account, figures.RECEIVED, 4, age=timedelta(days=5))
    count(account, figures.RECEIVED, 8, age=timedelta(days=50))

    assert counts(marketer, period)["received"] == received


def test_verified_and_not_verified_add_up_to_received(marketer):
    account = records.account()
    count(account, figures.RECEIVED, 7)
    count(account, figures.PROOF, 5, key="signed")
    count(account, figures.PROOF, 2, key="none")

    found = counts(marketer)

    assert (found["verified"], found["unverified"]) == (5, 2)


def test_percentiles_are_written_as_bounds(marketer):
    account = records.account()
    count(account, figures.LAG, 50, key="2")
    count(account, figures.LAG, 45, key="300")
    count(account, figures.LAG, 5, key="more")

    lags = marketer.get(PAGE).context["page"].rows[0].lags

    assert [lag.seconds for lag in lags] == [2, 300, 0]
    page = text(marketer)
    assert all(said in page for said in ("2 s", "5 min", "&gt;&nbsp;3 d"))


def test_the_last_callback_is_told_and_who_was_never_heard_of(marketer):
    account = records.account()
    assert "never" in text(marketer)

    at = see(account)

    assert marketer.get(PAGE).context["page"].rows[0].seen.last_at == at


def test_accounts_that_need_attention_stand_on_top_the_worst_first(marketer):
    fine, refused, dead = (records.account() for _ in range(3))
    see(fine)
    count(refused, figures.REFUSED, 4)
    see(dead)
    HeldCallback.objects.create(
        account=dead, state="dead", entry_id=1, body=b"", received_at=timezone.now()
    )

    context = marketer.get(PAGE).context

    assert [each.account for each in context["worst"]] == [refused, dead]
    assert context["wrong"] == 2
    assert "All 4 callbacks of the last 24 hours were refused" in text(marketer)


def test_messages_that_wait_are_counted(marketer):
    account = records.account()
    records.message(records.delivery(account=account), accepted_at=timezone.now())

    assert marketer.get(PAGE).context["page"].rows[0].awaited.total == 1


def test_what_waits_is_counted_with_the_age_of_the_oldest(marketer):
    since = timezone.now().replace(microsecond=0) - timedelta(minutes=5)
    QueueItem.objects.create(entry_id=lowest_id(since))
    QueueItem.objects.create(entry_id=lowest_id(timezone.now()))

    response = marketer.get(PAGE)

    backlog = response.context["backlog"]
    assert (backlog.number, backlog.exact, backlog.oldest, backlog.stuck) == (2, True, since, True)
    assert "no worker is running" in response.content.decode()


def test_a_long_backlog_is_counted_to_a_thousand(marketer):
    QueueItem.objects.bulk_create(QueueItem(entry_id=number) for number in range(1, 1002))

    assert "<strong>1,000+</strong>" in text(marketer)


def test_news_are_the_figures_alone(marketer):
    response = marketer.get(PAGE, headers=FRAGMENT)

    assert response.content.decode().strip().startswith('<div id="health"')


def test_without_accounts_the_page_says_what_to_do(marketer):
    assert "No accounts yet" in text(marketer)


def test_many_accounts_are_shown_a_page_at_a_time(marketer):
    for number in range(51):
        records.account(name=f"Account {number:03}")

    page = marketer.get(PAGE).context["page"]
    following = marketer.get(f"{PAGE}?cursor={page.next}").context["page"]

    assert (len(page.rows), [each.account.name for each in following.rows]) == (
        50,
        ["Account 050"],
    )


def test_one_account_costs_as_many_queries_as_three(marketer):
    count(records.account(), figures.RECEIVED, 1)
    one = cost(marketer, PAGE)

    count(records.account(), figures.RECEIVED, 1)
    see(records.account())

    assert cost(marketer, PAGE) == one


def test_the_page_of_an_account_tells_all_its_figures(marketer):
    account = records.account(kind="bandwidth")
    count(account, figures.REGRESSION, 3)
    count(account, figures.TEST, 1)
    waiting = timezone.now() - timedelta(hours=7)
    records.message(records.delivery(account=account), accepted_at=waiting)

    response = marketer.get(f"{PAGE}{account.pk}/")

    tallies = {tally.name: tally.number for tally in response.context["health"].tallies}
    assert (tallies["regression"], tallies["test"], tallies["dead"]) == (3, 1, 0)
    assert [bar.count for bar in response.context["ages"].bars] == [0, 0, 1, 0, 0]
    assert "Without a receipt for 1 day, 2 hours" in response.content.decode()


def test_the_page_of_an_account_tells_why_callbacks_are_dead(marketer):
    account = records.account()
    HeldCallback.objects.create(
        account=account,
        state="dead",
        entry_id=1,
        body=b"",
        received_at=timezone.now(),
        error="id: missing",
    )

    assert "id: missing" in text(marketer, f"{PAGE}{account.pk}/")


@pytest.mark.parametrize(("period", "steps"), [("hour", 25), ("day", 25), ("week", 169)])
def test_the_chart_has_a_point_for_every_hour(marketer, period, steps):
    account = records.account()
    last = count(account, figures.RECEIVED, 5)
    count(account, figures.REFUSED, 2, age=timedelta(hours=3))

    hours = marketer.get(f"{PAGE}{account.pk}/?period={period}").context["hours"]

    assert len(hours.points["at"]) == steps
    assert (hours.points["at"][-1], hours.points["received"][-1]) == (int(last.timestamp()), 5)
    assert hours.points["refused"][-4] == 2
    assert [row.numbers[:2] for row in hours.rows] == [[5, 0], [0, 2]]


@pytest.mark.parametrize(("days", "by_day", "steps"), [(2, False, 49), (20, True, 21)])
def test_all_there_is_is_told_by_the_day_where_it_is_long(marketer, days, by_day, steps):
    account = records.account()
    count(account, figures.RECEIVED, 5, age=timedelta(days=days))

    hours = marketer.get(f"{PAGE}{account.pk}/?period=all").context["hours"]

    assert (hours.by_day, len(hours.steps)) == (by_day, steps)
    assert hours.steps[0].counts["received"] == 5


def test_an_account_of_which_nothing_came_has_no_chart(marketer):
    account = records.account()

    assert "Nothing has come in this period" in text(marketer, f"{PAGE}{account.pk}/?period=all")


def test_news_of_an_account_are_its_figures_or_its_points(marketer):
    account = records.account()
    figures_alone = marketer.get(f"{PAGE}{account.pk}/", headers=FRAGMENT)
    points = marketer.get(f"{PAGE}{account.pk}/?part=points", headers=FRAGMENT)

    assert figures_alone.content.decode().strip().startswith('<div id="health"')
    assert points.content.decode().strip().startswith('<div\n  id="points"')


def test_what_is_not_there_is_not_found(marketer):
    assert marketer.get(f"{PAGE}0/").status_code == 404


def test_sightings_of_all_accounts_take_one_query(db, django_assert_num_queries):
    one, two = records.account(), records.account()
    see(one)
    see(two)

    with django_assert_num_queries(1):
        assert len(sightings.of(account_ids=[one.pk, two.pk])) == 2
