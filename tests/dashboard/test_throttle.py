"""Many wrong passwords at once do not slip through between counting and looking."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from dashboard import throttle

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_of_many_attempts_at_once_no_more_than_five_are_looked_at():
    def one(_number):
        try:
            throttle.attempt(username="anna", address="192.0.2.1", at=NOON)
        except throttle.TooManyFailures:
            return 0
        else:
            return 1
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        looked_at = sum(threads.map(one, range(24)))

    assert 1 <= looked_at <= throttle.PER_USER_AND_ADDRESS
