"""Servers that are away or too old are told before anything is changed in them."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from smsmonitor import requirements


@pytest.mark.django_db
def test_servers_of_the_tests_will_do():
    requirements.check()

    assert int(requirements.database().partition(".")[0]) >= 15
    assert int(requirements.cache().partition(".")[0]) >= 7


def test_old_server_is_refused_with_its_variable():
    with pytest.raises(requirements.NotMet) as refusal:
        requirements.require("PostgreSQL", "DATABASE_URL", found=14, least=15)

    assert str(refusal.value) == (
        "PostgreSQL is version 14; 15 or later is needed. Set DATABASE_URL to such a server, or "
        "leave it out to use the embedded one."
    )


def test_database_that_is_away_is_told_with_its_variable(django_db_blocker):
    with django_db_blocker.unblock():
        connection.close()
        before = connection.settings_dict["HOST"], connection.settings_dict["PORT"]
        connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
        try:
            with pytest.raises(requirements.NotMet, match="Start it, or correct DATABASE_URL"):
                requirements.database()
        finally:
            connection.settings_dict.update(zip(("HOST", "PORT"), before, strict=True))


def test_broker_of_its_own_is_asked_itself():
    own = settings.CELERY_BROKER_URL
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0", CELERY_BROKER_URL=own):
        assert requirements.broker() == "redis"


def test_redis_that_is_the_broker_is_asked_once():
    assert requirements.broker() == "Redis"
