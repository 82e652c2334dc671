"""Callbacks set aside: piles, retry, discard."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard import held_callbacks
from deliveries.models import AuditEvent
from ingestion.models import HeldCallback, QueueItem
from tests import records
from tests.dashboard.queries import cost

_entries = iter(range(1, 1_000_000))


def held(state, *, age=timedelta(), **fields):
    made = {
        "account": fields.pop("account", None) or records.account(),
        "entry_id": next(_entries),
        "method": "POST",
        "body": b"",
        "received_at": timezone.now() - age,
        "state": state,
    }
    return HeldCallback.objects.create(**made | fields)


def text_of(response):
    return response.content.decode()


def rows(client, state):
    return client.get("/callbacks/", {"state": state}).context["page"].rows


def test_each_pile_shows_its_own(operator):
    parked = held("parked", provider_id="p1")
    orphan = held("parked", provider_id="p2", age=timedelta(hours=73))
    dead = held("dead", error="Unreadable.")
    discarded = held("discarded")

    assert [rows(operator, pile) for pile in ("parked", "orphan", "dead", "discarded")] == [
        [parked],
        [orphan],
        [dead],
        [discarded],
    ]


def test_piles_are_counted(operator):
    held("dead")
    held("dead")

    counts = operator.get("/callbacks/").context["counts"]

    assert [(count.pile.value, count.number, count.exact) for count in counts] == [
        ("parked", 0, True),
        ("orphan", 0, True),
        ("dead", 2, True),
        ("discarded", 0, True),
    ]


def test_an_unknown_pile_is_that_of_the_dead(operator):
    assert operator.get("/callbacks/?state=nonsense").context["pile"].value == "dead"


def test_an_empty_pile_says_so(operator):
    assert "Nothing lies here" in text_of(operator.get("/callbacks/"))


def test_a_retry_queues_the_chosen_and_is_journaled(operator):
    chosen, other = held("dead"), held("dead")

    response = operator.post("/callbacks/held/retry/", {"id": chosen.pk, "state": "dead"})

    assert response.url == "/callbacks/?state=dead"
    assert list(QueueItem.objects.values_list("entry_id", flat=True)) == [chosen.entry_id]
    line = AuditEvent.objects.get()
    assert (line.code, line.actor) == ("CBK-1001", "operator-person")
    assert other.state == "dead"


def test_a_whole_pile_is_retried_at_once(operator):
    chosen = [held("dead") for _ in range(3)]
    held("parked", provider_id="p1")

    operator.post("/callbacks/held/retry/", {"all": "yes", "state": "dead"})

    queued = QueueItem.objects.order_by("entry_id").values_list("entry_id", flat=True)
    assert list(queued) == [callback.entry_id for callback in chosen]


def test_a_retry_pressed_twice_queues_once(operator):
    chosen = held("dead")

    for _ in range(2):
        operator.post("/callbacks/held/retry/", {"id": chosen.pk})

    assert QueueItem.objects.count() == 1


def test_a_discard_keeps_the_reason_and_who_decided(operator):
    chosen = held("dead")

    operator.post("/callbacks/held/discard/", {"id": chosen.pk, "reason": "A test."})

    chosen.refresh_from_db()
    assert (chosen.state, chosen.decision, chosen.decided_by) == (
        "discarded",
        "A test.",
        operator.user,
    )
    assert "A test." in text_of(operator.get("/callbacks/?state=discarded"))


def test_a_discard_without_a_reason_is_not_done(operator):
    chosen = held("dead")

    response = operator.post("/callbacks/held/discard/", {"id": chosen.pk}, follow=True)

    chosen.refresh_from_db()
    assert chosen.state == "dead"
    assert "Say why these callbacks are of no use" in text_of(response)


def test_a_discard_pressed_twice_says_that_nothing_is_left_to_do(operator):
    chosen = held("dead")
    form = {"id": chosen.pk, "reason": "A test."}
    operator.post("/callbacks/held/discard/", form)

    response = operator.post("/callbacks/held/discard/", form, follow=True)

    assert "Nothing to do" in text_of(response)


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 40, "٣"])
def test_an_id_that_is_none_is_passed_over(operator, nonsense):
    response = operator.post("/callbacks/held/retry/", {"id": nonsense}, follow=True)

    assert "Nothing to do" in text_of(response)


@pytest.mark.parametrize("act", ["retry", "discard"])
def test_acts_are_only_taken_by_post(operator, act):
    assert operator.get(f"/callbacks/held/{act}/").status_code == 405


@pytest.mark.parametrize("path", ["/callbacks/", "/callbacks/held/replay/", "/callbacks/raw/1/"])
def test_marketers_may_not_open_callbacks(marketer, path):
    assert marketer.get(path).status_code == 403


@pytest.mark.parametrize("act", ["retry", "discard"])
def test_marketers_may_not_decide_on_callbacks(marketer, act):
    chosen = held("dead")

    response = marketer.post(f"/callbacks/held/{act}/", {"id": chosen.pk, "reason": "x"})

    assert response.status_code == 403
    assert QueueItem.objects.count() == 0


@pytest.mark.parametrize("pile", ["parked", "dead", "discarded"])
def test_one_row_costs_as_many_queries_as_three(operator, pile):
    path = f"/callbacks/?state={pile}"
    held(pile, provider_id="p1", decided_by=operator.user)
    one = cost(operator, path)

    for number in (2, 3):
        held(pile, provider_id=f"p{number}", decided_by=operator.user)

    assert cost(operator, path) == one


def dead(account, number, *, cause="id: missing", hours=0):
    return HeldCallback.objects.create(
        account=account,
        state="dead",
        entry_id=number,
        body=b"",
        error=cause,
        received_at=timezone.now() - timedelta(hours=hours),
    )


def shown(client, **query):
    return [held.pk for held in client.get("/callbacks/", query).context["page"].rows]


def test_a_pile_is_narrowed_by_account_period_and_cause(operator):
    one, other = records.account(), records.account()
    old, new = dead(one, 1, hours=30), dead(one, 2)
    foreign = dead(other, 3, cause="not valid JSON")
    day_ago = (timezone.now() - timedelta(hours=24)).strftime("%Y-%m-%dT%H:%M:%S")

    assert shown(operator, account=other.pk) == [foreign.pk]
    assert shown(operator, account=one.pk, since=day_ago) == [new.pk]
    assert shown(operator, until=day_ago) == [old.pk]
    assert shown(operator, cause="not valid JSON") == [foreign.pk]
    assert "Nothing here matches" in operator.get("/callbacks/?cause=x").content.decode()


def test_what_cannot_be_read_narrows_nothing(operator):
    held = dead(records.account(), 1)

    assert shown(operator, account="x", since="y", until="z", newest="-1") == [held.pk]
    assert shown(operator, state="nonsense") == [held.pk]


def test_dead_callbacks_of_one_cause_are_counted_together(operator):
    account = records.account()
    for number, cause in enumerate(("id: missing", "not valid JSON", "not valid JSON")):
        dead(account, number, cause=cause)

    context = operator.get("/callbacks/", {"cause": "id: missing"}).context

    assert context["causes"] == [("not valid JSON", 2), ("id: missing", 1)]
    assert (context["matching"], context["is_all"]) == (1, True)
    assert operator.get("/callbacks/?state=parked").context["causes"] == []


def test_all_that_match_are_decided_on_and_no_other(operator):
    one, other = records.account(), records.account()
    mine, foreign = dead(one, 1), dead(other, 2)
    page = operator.get("/callbacks/", {"account": one.pk})
    assert "The 1 that matches" in " ".join(page.content.decode().split())
    later = dead(one, 3)

    chosen = {"account": one.pk, "newest": page.context["newest"], "all": "yes", "reason": "old"}
    response = operator.post("/callbacks/held/discard/", chosen | {"state": "dead"})

    assert response.url == f"/callbacks/?state=dead&account={one.pk}"
    states = dict(HeldCallback.objects.values_list("pk", "state"))
    assert states == {mine.pk: "discarded", foreign.pk: "dead", later.pk: "dead"}


def test_of_more_than_can_be_decided_at_once_the_oldest_are_taken(operator, monkeypatch):
    monkeypatch.setattr(held_callbacks, "MOST_AT_ONCE", 1)
    account = records.account()
    dead(account, 1)
    dead(account, 2)

    text = " ".join(operator.get("/callbacks/").content.decode().split())

    assert "The oldest 1 that match, not only what is chosen; then press again" in text
