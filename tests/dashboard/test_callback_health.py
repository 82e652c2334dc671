"""The health of reception."""

from datetime import timedelta

from django.utils import timezone

from ingestion import figures
from ingestion.models import QueueItem, ReceiptCounter
from storage.ids import lowest_id
from tests import records
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.queries import cost


def count(account, figure, value, *, age=timedelta()):
    bucket = figures.hour(timezone.now() - age)
    ReceiptCounter.objects.create(account=account, figure=figure, bucket=bucket, value=value)
    return bucket


def tallies(client):
    health = client.get("/callbacks/health/").context["accounts"]
    return {tally.name: (tally.total, tally.recent) for tally in health[0].figures}


def test_figures_are_told_in_all_and_of_the_last_day(marketer):
    account = records.account()
    count(account, figures.RECEIVED, 5)
    count(account, figures.RECEIVED, 7, age=timedelta(days=2))
    count(account, figures.REFUSED, 1)

    found = tallies(marketer)

    assert (found["received"], found["refused"], found["dead"]) == ((12, 5), (1, 1), (0, 0))


def test_the_hour_of_the_last_callback_is_told(marketer):
    account = records.account()
    count(account, figures.RECEIVED, 5, age=timedelta(days=2))
    last = count(account, figures.RECEIVED, 5)

    assert marketer.get("/callbacks/health/").context["accounts"][0].last_seen == last


def test_an_account_that_never_heard_anything_is_shown(marketer):
    records.account()

    assert "no callback so far" in marketer.get("/callbacks/health/").content.decode()


def test_what_waits_is_counted_with_the_age_of_the_oldest(marketer):
    since = timezone.now().replace(microsecond=0) - timedelta(minutes=5)
    QueueItem.objects.create(entry_id=lowest_id(since))
    QueueItem.objects.create(entry_id=lowest_id(timezone.now()))

    backlog = marketer.get("/callbacks/health/").context["backlog"]

    assert (backlog.number, backlog.exact, backlog.oldest) == (2, True, since)


def test_a_long_backlog_is_counted_to_a_thousand(marketer):
    QueueItem.objects.bulk_create(QueueItem(entry_id=number) for number in range(1, 1002))

    assert "<strong>1,000+</strong>" in marketer.get("/callbacks/health/").content.decode()


def test_news_are_the_figures_alone(marketer):
    response = marketer.get("/callbacks/health/", headers=FRAGMENT)

    assert response.content.decode().strip().startswith('<div id="health"')


def test_without_accounts_the_page_says_what_to_do(marketer):
    assert "No accounts yet" in marketer.get("/callbacks/health/").content.decode()


def test_one_account_costs_as_many_queries_as_three(marketer):
    count(records.account(), figures.RECEIVED, 1)
    one = cost(marketer, "/callbacks/health/")

    count(records.account(), figures.RECEIVED, 1)
    count(records.account(), figures.RECEIVED, 1)

    assert cost(marketer, "/callbacks/health/") == one
