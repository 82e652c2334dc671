"""Judging history again: previewed, done once, by the rules of today."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from deliveries import recount
from deliveries.models import AuditEvent
from tests import records
from tests.records import NOON
from tests.tracking.recorded import click, url
from tracking import agents, judging, rejudging, verdicts
from tracking.models import Click, Rejudgement
from tracking.reasons import Reason


@pytest.fixture
def delivery(db):
    return records.delivery()


@pytest.fixture
def judged(delivery):
    """Three clicks by people, each in a message of its own."""
    on = url(delivery)
    made = [click(on, records.message(delivery)) for _ in range(3)]
    judging.judge()
    return made


@pytest.fixture
def stricter(monkeypatch):
    """Rules by which nobody is a person."""
    monkeypatch.setattr(verdicts, "VERSION", verdicts.VERSION + 1)
    monkeypatch.setattr(agents, "reason", lambda _agent: Reason.CRAWLER_AGENT)


def test_a_preview_tells_what_would_move_and_moves_nothing(delivery, judged, stricter):
    told = rejudging.preview()

    assert (told.examined, told.moved, told.at_least) == (3, 3, False)
    assert told.by == {("human", "bot"): 3}
    assert set(Click.objects.values_list("verdict", flat=True)) == {"human"}


def test_a_preview_of_the_same_rules_is_empty(judged):
    assert rejudging.preview().moved == 0


def test_a_preview_says_at_least_where_there_is_more(judged, stricter, monkeypatch):
    monkeypatch.setattr(rejudging, "BATCH", 1)
    monkeypatch.setattr(rejudging, "MOST_EXAMINED", 2)

    told = rejudging.preview()

    assert (told.examined, told.at_least) == (2, True)


def test_history_is_judged_batch_after_batch(delivery, judged, stricter, monkeypatch, admin_user):
    monkeypatch.setattr(rejudging, "BATCH", 2)
    row = rejudging.begin(by=admin_user, at=NOON)

    assert rejudging.work(at=NOON) == 2

    row.refresh_from_db()
    assert (row.state, row.examined, row.moved) == ("done", 3, 3)
    assert set(Click.objects.values_list("verdict", "rules")) == {("bot", verdicts.VERSION)}
    assert recount.drifts(delivery_ids=[delivery.pk]) == []
    codes = AuditEvent.objects.order_by("id").values_list("code", flat=True)
    assert list(codes) == ["TRK-1001", "TRK-1002"]
    assert rejudging.work(at=NOON) == 0


def test_only_one_at_a_time(judged):
    rejudging.begin(by=None, at=NOON)

    with pytest.raises(rejudging.NotNow, match="wait until it ends"):
        rejudging.begin(by=None, at=NOON)

    assert Rejudgement.objects.count() == 1


def test_no_clicks_are_soon_judged(db):
    rejudging.begin(by=None, at=NOON)

    assert rejudging.work(at=NOON) == 1
    assert Rejudgement.objects.get().state == "done"


def said(*options):
    out = StringIO()
    call_command("rejudge_clicks", *options, stdout=out)
    return out.getvalue()


def test_the_command_says_what_would_move(judged, stricter):
    assert said("--dry-run") == "human -> bot: 3\n3 of 3 clicks would move.\n"
    assert not Rejudgement.objects.exists()


def test_the_command_has_the_worker_do_it_once(judged):
    assert said() == f"Begun, by version {verdicts.VERSION} of the rules: the worker goes on.\n"
    with pytest.raises(CommandError, match="wait until it ends"):
        said()
