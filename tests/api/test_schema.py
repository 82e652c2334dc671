"""The OpenAPI schema is sound, and whatever is made up from it never breaks anything."""

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings

from tests import records


def test_the_schema_is_valid_and_without_warnings(tmp_path):
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "schema"))

    assert (tmp_path / "schema").stat().st_size > 10_000


def test_everybody_may_read_the_schema(client):
    response = client.get("/api/v1/schema/")

    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.")


@pytest.fixture
def server(transactional_db):
    """Our WSGI application, which leaves the connection of the tests alone."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def something(admin):
    """Rows to be found by made-up ids that are small numbers."""
    account = records.account(id=1)
    delivery = records.delivery(id=1, account=account)
    message = records.message(delivery, provider_ids=("p-1",))
    records.event(message)
    records.exclusion(delivery)
    return admin


DESCRIBED = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True))
CALLS = [found.ok() for found in DESCRIBED.get_all_operations()]


@pytest.mark.slow
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.label)
def test_no_call_breaks_anything(call, server, something):
    DESCRIBED.app = server
    token = {"Authorization": something._credentials["HTTP_AUTHORIZATION"]}

    @given(case=call.as_strategy())
    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=[*HealthCheck])
    def try_it(case):
        response = case.call(app=server, headers=token)

        assert response.status_code < 500, response.text

    try_it()
