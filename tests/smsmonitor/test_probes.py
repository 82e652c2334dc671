"""What machines ask: alive, ready, counts."""

import pytest
from django.db import connection
from django.test import override_settings

from deliveries.models import Message
from ingestion import figures
from ingestion.models import HeldCallback, QueueItem
from smsmonitor import probes
from storage import ids
from tests import records

PROXIED = {"X-Forwarded-For": "203.0.113.9"}


def test_healthz_answers_without_the_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_says_that_nothing_fails(client):
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"ready": True, "failing": {}})


@pytest.mark.django_db
def test_readyz_names_what_does_not_answer(client):
    with override_settings(
        REDIS_URL="redis://127.0.0.1:1/0", CELERY_BROKER_URL="redis://127.0.0.1:1/0"
    ):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["ready"] is False
    assert response.json()["failing"]["cache"].startswith("Redis does not answer")


@pytest.mark.django_db
def test_readyz_tells_strangers_no_reasons(client):
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        response = client.get("/readyz", headers=PROXIED)

    assert response.json() == {"ready": False, "failing": {"cache": "does not answer"}}


@pytest.mark.django_db
def test_metrics_count_deliveries_callbacks_and_strays(client):
    far = ids.lowest_id(records.NOON.replace(year=2060))
    delivery = records.delivery()
    Message.objects.create(pk=far, delivery=delivery, address="+39333", changed_at=records.NOON)
    QueueItem.objects.create(entry_id=1)
    HeldCallback.objects.create(
        account=delivery.account,
        state="parked",
        entry_id=1,
        method="POST",
        body=b"",
        received_at=records.NOON,
    )
    figures.add({figures.Tally(delivery.account_id, "received", records.NOON): 7})

    response = client.get("/metrics")

    counts = [line for line in response.content.decode().splitlines() if line[:1] != "#"]
    assert counts == [
        "smsmonitor_callbacks_waiting 1.0",
        'smsmonitor_callbacks_held{state="parked"} 1.0',
        'smsmonitor_deliveries{status="in_progress"} 1.0',
        'smsmonitor_rows_outside_partitions{table="deliveries_message"} 1.0',
        'smsmonitor_callbacks_total{outcome="received"} 7.0',
    ]


@pytest.mark.django_db(transaction=True)
def test_metrics_are_unavailable_while_the_database_is(client):
    connection.close()
    before = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    try:
        metrics, ready = client.get("/metrics"), client.get("/readyz")
    finally:
        connection.settings_dict.update(before)

    assert (metrics.status_code, ready.status_code) == (503, 503)
    assert list(ready.json()["failing"]) == ["database"]


def test_metrics_are_refused_to_whoever_comes_from_elsewhere(client):
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 403


def test_metrics_are_refused_to_whoever_comes_through_a_proxy_of_this_machine(client):
    assert client.get("/metrics", headers=PROXIED).status_code == 403


@pytest.mark.django_db
@override_settings(METRICS_TOKEN="opensesame")
def test_metrics_are_given_from_anywhere_with_the_token(client):
    right = client.get("/metrics", headers={**PROXIED, "Authorization": "Bearer opensesame"})
    wrong = client.get("/metrics", headers={"Authorization": "Bearer opensesam"})

    assert (right.status_code, wrong.status_code) == (200, 403)


def test_hello_is_for_the_bench_alone(client, rf):
    assert client.get("/hello").status_code == 404
    assert probes.hello(rf.get("/hello")).content == b"hello\n"


def test_pages_carry_a_policy_that_allows_nothing_inline(client):
    policy = client.get("/healthz").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
