"""Clicks and look-ups while the database is slow, away and back."""

import uuid

import pytest
from django.db import connection, transaction
from django.test import Client

from ingestion import erasure
from tests.outages import database_away, told
from tests.records import NOON
from tests.threads import PATIENCE_SECONDS, apart
from tests.waiting import until
from tracking import letterbox, spool, warm
from tracking.arrivals import Arrival
from tracking.models import Click

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(letterbox, "LOAD_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(letterbox, "LOOK_UP_SECONDS", 0.5)


def test_an_outage_is_told_once_with_how_many_clicks_wait_and_once_when_it_is_over(
    make_link, caplog, monkeypatch
):
    monkeypatch.setattr(letterbox, "AWAY_SECONDS", 0.0)
    link, client = make_link(), Client()
    client.get(link.path)

    with database_away(silent=False):
        assert [client.get(link.path).status_code for _ in range(5)] == [302] * 5
    until(lambda: len(told(caplog, by="letterbox")) == 2)

    assert told(caplog, by="letterbox") == [
        ("the database is away", 0, 0),
        ("the database is back", 0, 5),
    ]


@pytest.mark.parametrize("silent", [False, True])
def test_without_the_database_warm_links_lead_on_and_no_click_is_lost(make_link, silent):
    link, client = make_link(), Client()
    assert client.get(link.path).status_code == 302

    with database_away(silent=silent):
        statuses = [client.get(link.path).status_code for _ in range(5)]
        assert spool.is_waiting()

    assert statuses == [302] * 5
    until(lambda: Click.objects.count() == 6)
    until(lambda: not spool.is_waiting())
    assert Click.objects.values("request_id").distinct().count() == 6


def test_without_the_database_a_cold_link_is_asked_to_wait(make_link):
    link, client = make_link(), Client(headers={"accept-language": "en"})

    with database_away(silent=True):
        answer = client.get(link.path)

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert b"One moment" in answer.content
    assert not spool.is_waiting()
    until(lambda: client.get(link.path).status_code == 302)


def test_what_another_process_found_is_warm_here_too(make_link):
    link, client = make_link(), Client()
    client.get(link.path)
    # As another process, which shares Redis but no memory.
    warm.memory.clear()

    with database_away(silent=False):
        assert client.get(link.path)["Location"] == "https://example.com/a"


def test_what_redis_holds_is_believed_only_where_we_have_signed_it(make_link):
    link, client = make_link(), Client()
    warm.cache.set(f"link:{link.token}", "forged", 60)

    with database_away(silent=False):
        assert client.get(link.path).status_code == 503
        other = make_link_signed_for("another token")
        warm.cache.set(f"link:{link.token}", other, 60)
        assert client.get(link.path).status_code == 503


def make_link_signed_for(token):
    fields = [token, 1, 1, 1, 1, "https://example.com/", "", 9e12]
    return warm.signing.dumps(fields, salt=warm._SALT)


def test_links_need_no_redis(make_link, settings):
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}
    link, client = make_link(), Client()

    assert [client.get(link.path).status_code for _ in range(2)] == [302, 302]
    assert Click.objects.count() == 2


def test_a_remembered_link_outlives_a_look_up_that_fails(make_link):
    link, client = make_link(), Client()
    client.get(link.path)
    _, known = warm.memory.young[link.token]
    warm.memory.young[link.token] = (float("-inf"), known)

    with database_away(silent=False):
        assert client.get(link.path).status_code == 302


def test_a_link_that_is_no_more_is_forgotten(make_link):
    link, client = make_link(), Client()
    client.get(link.path)
    _, known = warm.memory.young[link.token]
    warm.memory.young[link.token] = (float("-inf"), known)
    link.row.delete()

    assert client.get(link.path).status_code == 404
    assert warm.memory.get(link.token) is None


def test_an_erased_link_is_forgotten_by_all_processes_at_once(make_link):
    link, client = make_link(), Client()
    other = make_link()
    for one in (link, other):
        assert client.get(one.path).status_code == 302

    erasure.forget(address=link.message.address, by=None, at=NOON)

    gone = client.get(link.path)
    assert (gone.status_code, gone.content) == (404, client.get("/l/none").content)
    assert client.get(other.path).status_code == 302
    assert warm.memory.get(link.token) is None
    assert Click.objects.filter(message_id=link.message.pk).count() == 1
    with database_away(silent=False):
        assert client.get(link.path).status_code == 503


def test_memory_is_bounded_and_keeps_what_is_asked_for(monkeypatch):
    monkeypatch.setattr(warm, "MOST_REMEMBERED", 10)
    memory = warm.Memory()

    for number in range(100):
        memory.put(f"{number}", number)
        assert memory.get("0")[1] == 0

    assert len(memory.young) + len(memory.old) <= 10
    assert memory.get("99")[1] == 99
    assert memory.get("50") is None


def test_a_commit_that_takes_too_long_goes_to_the_disk_and_is_there_once(make_link):
    link, client = make_link(), Client()
    client.get(link.path)

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE tracking_click IN SHARE ROW EXCLUSIVE MODE")
        answers = [apart(client.get, link.path) for _ in range(3)]
        assert [one.result(PATIENCE_SECONDS).status_code for one in answers] == [302] * 3
        assert spool.size() > 0

    until(lambda: not spool.is_waiting())
    assert Click.objects.count() == 4


def test_a_full_disk_is_told_and_no_click_is_promised(make_link, settings):
    settings.CLICK_SPOOL_MB = 0
    link, client = make_link(), Client()
    client.get(link.path)

    with database_away(silent=False):
        assert client.get(link.path).status_code == 503

    assert Click.objects.count() == 1


def test_a_spool_that_cannot_be_read_is_tried_again(make_link, monkeypatch):
    link, client = make_link(), Client()
    client.get(link.path)
    tries = []
    load = spool.load

    def once_broken():
        tries.append(1)
        if len(tries) == 1:
            raise OSError(5, "Input/output error")
        return load()

    monkeypatch.setattr(spool, "load", once_broken)
    with database_away(silent=False):
        client.get(link.path)

    until(lambda: Click.objects.count() == 2)
    assert len(tries) > 1


def test_one_click_that_cannot_be_stored_fails_alone(make_link):
    made = make_link()
    good = Arrival(
        message_id=made.message.pk,
        delivery_id=made.delivery.pk,
        url_id=made.row.url_id,
        request_id=str(uuid.uuid4()),
        at=NOON,
        method="GET",
        user_agent="",
        network="",
        headers="{}",
    )
    poison = good._replace(method="LONGER THAN ITS COLUMN", request_id=str(uuid.uuid4()))
    box = letterbox.Letterbox()
    jobs = [letterbox.Job(arrival=one) for one in (poison, good)]

    box._serve(jobs)

    assert [job.failed for job in jobs] == [True, False]
    assert Click.objects.get().request_id == uuid.UUID(good.request_id)
