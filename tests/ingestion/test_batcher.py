"""The batcher: one commit for many threads, and a database that goes and comes back."""

import contextlib

import pytest
from django.db import connection, transaction
from django.test import Client

from ingestion import accounts, figures
from ingestion.batcher import Batcher, Unavailable, batcher
from ingestion.models import InboxEntry, QueueItem
from providers.models import ProviderAccount
from tests import records
from tests.ingestion import callbacks
from tests.outages import database_away, end_other_connections, told
from tests.threads import PATIENCE_SECONDS, apart
from tests.waiting import somebody_waits, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account():
    return records.account(kind="kannel")


def arrival(account, number=0):
    return callbacks.raw(account, b"", query=f"id={number}&status=1")


@contextlib.contextmanager
def inbox_locked():
    """Let whoever stores wait until the end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE ingestion_inboxentry IN SHARE ROW EXCLUSIVE MODE")
        yield


def test_what_was_stored_is_there_for_everybody_at_once(account):
    batcher.store(arrival(account))

    assert (InboxEntry.objects.count(), QueueItem.objects.count()) == (1, 1)


def test_what_comes_during_a_commit_goes_together_into_the_next(account):
    with inbox_locked():
        first = apart(batcher.store, arrival(account))
        until(somebody_waits)
        others = [apart(batcher.store, arrival(account, number)) for number in range(1, 9)]
        until(lambda: batcher.jobs.qsize() == 8)
        assert not any(future.done() for future in [first, *others])
    for future in [first, *others]:
        future.result(PATIENCE_SECONDS)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ingestion_inboxentry GROUP BY xmin::text ORDER BY count(*)"
        )
        assert cursor.fetchall() == [(1,), (8,)]


def test_a_connection_that_was_cut_is_replaced(account):
    batcher.store(arrival(account, 1))
    end_other_connections()

    batcher.store(arrival(account, 2))

    assert InboxEntry.objects.count() == 2


def test_what_cannot_be_stored_does_not_fail_its_neighbours(account):
    poison = arrival(account, 0)._replace(method="LONGER THAN ITS COLUMN")
    bad = arrival(account, 1)._replace(query="\0")
    fresh = Batcher()
    with inbox_locked():
        first = apart(fresh.store, arrival(account, 2))
        until(somebody_waits)
        stored = [apart(fresh.store, arrival(account, number)) for number in (3, 4)]
        failed = [apart(fresh.store, one) for one in (poison, bad)]
        until(lambda: fresh.jobs.qsize() == 4)

    for future in [first, *stored]:
        future.result(PATIENCE_SECONDS)
    for future in failed:
        assert isinstance(future.exception(PATIENCE_SECONDS), Unavailable)
    assert InboxEntry.objects.count() == 3


def test_an_account_is_found_by_its_token(account):
    assert batcher.account(account.token) == account
    assert batcher.account("x" * 43) is None


@pytest.mark.parametrize("silent", [False, True])
def test_without_the_database_a_known_account_gets_a_503(account, silent):
    path = f"/callbacks/{account.token}/?id=a&status=1"
    client = Client()
    assert client.get(path).status_code == 204
    accounts._remembered[account.token] = (0.0, accounts._remembered[account.token][1])

    with database_away(silent=silent):
        answer = client.get(path)

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    until(lambda: client.get(path).status_code == 204)
    assert InboxEntry.objects.count() == 2


def test_an_outage_is_told_once_and_once_when_it_is_over(account, caplog):
    fresh = Batcher()
    with database_away(silent=False):
        for number in range(5):
            with pytest.raises(Unavailable):
                fresh.store(arrival(account, number))
    until(lambda: fresh.account(account.token) == account)

    assert told(caplog, by="batcher") == [
        ("the database is away", 0, 0),
        ("the database is back", 5, 0),
    ]


def test_without_the_database_an_unknown_token_gets_a_503(account):
    with database_away(silent=True):
        answer = Client().get(f"/callbacks/{account.token}/?id=a&status=1")

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    until(lambda: batcher.account(account.token) == account)


def test_whoever_has_been_told_of_a_failure_is_not_stored_later(account):
    fresh = Batcher()
    with inbox_locked():
        first = apart(fresh.store, arrival(account, 1))
        until(somebody_waits)
        late = apart(fresh.store, arrival(account, 2))
        assert isinstance(late.exception(PATIENCE_SECONDS), Unavailable)
        assert isinstance(first.exception(PATIENCE_SECONDS), Unavailable)

    # The one on its way is stored, since nobody can tell; the other was never sent.
    until(lambda: InboxEntry.objects.count() == 1)
    fresh.account(account.token)
    assert InboxEntry.objects.get().query == "id=1&status=1"


def test_what_was_committed_is_not_stored_again_when_something_else_fails(account):
    fresh = Batcher()
    tally = {"account_id": 2**70, "at": callbacks.RECEIVED}
    with inbox_locked():
        first = apart(fresh.store, arrival(account, 1))
        until(somebody_waits)
        # No account has such an id: it cannot be counted.
        fresh.count(figures.REFUSED, **tally)
        second = apart(fresh.store, arrival(account, 2))
        until(lambda: fresh.jobs.qsize() == 2)

    first.result(PATIENCE_SECONDS)
    second.result(PATIENCE_SECONDS)
    assert InboxEntry.objects.count() == 2


def test_no_more_than_a_batch_goes_into_one_commit(account, monkeypatch):
    monkeypatch.setattr("storage.batches.MOST_AT_ONCE", 3)
    fresh = Batcher()
    with inbox_locked():
        futures = [apart(fresh.store, arrival(account, 0))]
        until(somebody_waits)
        futures += [apart(fresh.store, arrival(account, number)) for number in range(7)]
        until(lambda: fresh.jobs.qsize() == 7)
    for future in futures:
        future.result(PATIENCE_SECONDS)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ingestion_inboxentry GROUP BY xmin::text")
        assert sorted(row[0] for row in cursor.fetchall()) == [1, 1, 3, 3]


def test_accounts_deleted_meanwhile_are_not_found(account):
    ProviderAccount.objects.all().delete()

    assert batcher.account(account.token) is None
