"""Work done aside belongs to the transaction of whoever asked for it."""

import threading

import pytest
from django.db import DataError, connection, transaction

from storage.aside import Aside

pytestmark = pytest.mark.django_db


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


def test_it_is_done_in_order_and_by_another_thread_in_the_same_transaction():
    run("CREATE TEMPORARY TABLE done (number integer, backend integer) ON COMMIT DROP")
    threads = set()

    def put(number):
        threads.add(threading.get_ident())
        run(f"INSERT INTO done VALUES ({number}, pg_backend_pid())")

    with Aside() as aside:
        for number in range(3):
            aside.do(lambda number=number: put(number))

    assert run("SELECT array_agg(number), max(backend) = pg_backend_pid() FROM done") == (
        [0, 1, 2],
        True,
    )
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def fail():
    run("SELECT 1 / 0")


def test_what_goes_wrong_is_raised_at_the_next_piece():
    with transaction.atomic(), Aside() as aside:
        aside.do(fail)
        with pytest.raises(DataError):
            aside.do(fail)
        transaction.set_rollback(True)


def test_what_goes_wrong_last_is_raised_at_the_end():
    with pytest.raises(DataError), transaction.atomic(), Aside() as aside:
        aside.do(fail)


def fail_with_an_owner_who_fails():
    with transaction.atomic(), Aside() as aside:
        aside.do(fail)
        raise KeyError


def test_what_its_owner_raises_comes_first():
    with pytest.raises(KeyError):
        fail_with_an_owner_who_fails()


def test_the_connection_is_its_owners_alone_afterwards():
    with Aside():
        assert connection.allow_thread_sharing
    assert not connection.allow_thread_sharing
