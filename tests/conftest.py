"""What all tests share: a database that can be emptied, and no connection left open behind them."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings

# A busy machine is no fault of what is tested.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let the tests empty the journal between them; close what other threads left open.

    Both are for the tests' own database only: tests of the journal look at its other triggers.
    """
    with django_db_blocker.unblock():
        _run("ALTER TABLE deliveries_auditevent DISABLE TRIGGER the_journal_is_never_emptied")
    yield
    with django_db_blocker.unblock():
        _run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
