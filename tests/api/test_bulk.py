"""Decisions about many addresses over the API: tried, taken, undone, refused by name."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from deliveries import bulk as decisions
from deliveries import proving
from deliveries.models import AuditEvent
from messaging.failures import FailureType, Reason
from quarantine import bulk
from quarantine.bulk_models import BulkAct
from quarantine.models import Address
from tests import records
from tests.quarantine.taking import allow, fail, number, refuse

pytestmark = pytest.mark.django_db
PATH = "/api/v1/quarantine/"
BULK = f"{PATH}bulk/"
FILTER = {"channel": "sms", "reason": "user_unknown", "prefix": "+39333"}


@pytest.fixture
def delivery():
    return records.delivery(account=records.account(kind="twilio"))


@pytest.fixture
def failed(delivery):
    """Three addresses quarantined by a delivery, and one by another of another account."""
    fail(map(number, range(3)), delivery_id=delivery.pk)
    other = records.delivery(account=records.account(kind="vonage"))
    fail(["+447912345678"], delivery_id=other.pk, reason=Reason.ACCOUNT_DISABLED)
    return other


def release(caller, **fields):
    given = {"action": "release", "filter": FILTER, "reason": "An outage"} | fields
    return caller.post(BULK, given)


def statuses():
    return sorted(Address.objects.values_list("status", flat=True))


def test_a_dry_run_tells_and_does_nothing(admin, failed, delivery):
    answer = release(admin, dry_run=True)

    told = answer.json()
    assert (answer.status_code, told["count"], told["undo"]) == (200, 3, None)
    assert [row["address"] for row in told["sample"]] == [number(2), number(1), number(0)]
    assert told["causes"] == [
        {
            "status": "quarantine",
            "reason": "user_unknown",
            "delivery": str(delivery.pk),
            "addresses": 3,
        }
    ]
    assert statuses() == ["quarantine"] * 4
    assert not AuditEvent.objects.exists()


def test_a_release_is_done_told_and_undone(admin, failed):
    told = release(admin).json()

    assert (told["count"], told["changed"], told["left_out"]) == (3, 3, 0)
    assert (told["state"], told["by"], told["text"]) == ("done", "admin-machine", "An outage")
    assert {row["status"] for row in told["sample"]} == {"valid"}
    assert told["filter"] == FILTER
    assert statuses() == ["quarantine", "valid", "valid", "valid"]
    (change,) = (
        row
        for row in admin.get(f"{PATH}{Address.objects.first().pk}/").json()["changes"]
        if row["bulk"]
    )
    assert (change["bulk"], change["actor"], change["text"]) == (
        told["id"],
        "admin-machine",
        "An outage",
    )

    undone = admin.post(told["undo"]).json()

    assert (undone["state"], undone["restored"], undone["kept"]) == ("undone", 3, 0)
    assert (undone["undone_by"], undone["undo"]) == ("admin-machine", None)
    assert statuses() == ["quarantine"] * 4
    assert admin.post(told["undo"]).status_code == 409
    assert admin.get(BULK).json()["results"] == [undone]
    assert admin.get(f"{BULK}{told['id']}/").json() == undone
    assert admin.post(f"{BULK}999/undo/").status_code == 404


def test_the_journal_tells_who_what_and_how_many_without_an_address(admin, failed):
    told = release(admin, filter={"search": number(1)}, reason=f"{number(1)} called").json()
    admin.post(told["undo"])

    lines = list(AuditEvent.objects.order_by("id").values_list("code", "actor", "text"))
    act = f"Bulk act {told['id']}:"
    assert lines == [
        (
            "QRN-1020",
            "admin-machine",
            f"{act} 1 addresses to be released (search +39333…): +39 ••• ••• 001 called",
        ),
        ("QRN-1021", "admin-machine", f"{act} 1 addresses released, 0 left out."),
        ("QRN-1022", "admin-machine", f"{act} its 1 addresses are to be as without it."),
        ("QRN-1023", "admin-machine", f"{act} 1 addresses restored, 0 kept."),
    ]
    assert proving.all_journals().faults == []


def test_what_takes_long_goes_on_in_the_background(admin, failed, monkeypatch):
    monkeypatch.setattr(decisions, "LONGEST_SECONDS", -1)
    told = release(admin).json()
    assert (told["state"], told["count"], told["changed"]) == ("open", 3, 0)
    assert admin.post(told["undo"]).status_code == 409

    monkeypatch.undo()
    decisions.work(at=timezone.now())

    assert admin.get(f"{BULK}{told['id']}/").json()["state"] == "done"


def test_an_act_that_failed_says_why(admin, failed):
    refuse(number(1))
    told = release(admin).json()
    assert (told["state"], told["tries"]) == ("open", 1)
    at = BulkAct.objects.get().tried_at

    for tries in range(1, bulk.MOST_TRIES):
        decisions.work(at=at + tries * bulk.TRIED_AGAIN_AFTER)

    told = admin.get(f"{BULK}{told['id']}/").json()
    why = "InternalError: no room for +39 ••• ••• 001"
    assert (told["state"], told["error"], told["changed"]) == ("failed", why, 0)
    assert told["undo"] is None
    line = AuditEvent.objects.latest("id")
    assert (line.code, line.level) == ("QRN-1026", "error")
    assert line.text == (
        f"Bulk act {told['id']}: failed after 0 of 3 addresses, at the last of 5 tries: {why}"
    )


def test_an_act_that_failed_is_tried_again(admin, failed):
    refuse(number(1))
    told = release(admin).json()
    assert told["retry"] is None
    assert admin.post(f"{BULK}{told['id']}/retry/").status_code == 409
    at = BulkAct.objects.get().tried_at
    for tries in range(1, bulk.MOST_TRIES):
        decisions.work(at=at + tries * bulk.TRIED_AGAIN_AFTER)
    allow()

    told = admin.post(admin.get(f"{BULK}{told['id']}/").json()["retry"]).json()

    assert (told["state"], told["changed"], told["error"]) == ("done", 3, "")
    lines = AuditEvent.objects.order_by("-id").values_list("code", "actor", "text")[:2]
    act = f"Bulk act {told['id']}:"
    assert list(lines) == [
        ("QRN-1021", "admin-machine", f"{act} 3 addresses released, 0 left out."),
        ("QRN-1027", "admin-machine", f"{act} tried again, after 0 of 3 addresses."),
    ]
    assert admin.post(f"{BULK}999/retry/").status_code == 404


def test_addresses_are_quarantined_and_denylisted_by_filter(admin, failed):
    fail(["+447912000000"], failure_type=FailureType.SOFT)

    told = admin.post(BULK, {"action": "quarantine", "filter": {}, "reason": "x"}).json()
    assert (told["count"], told["sample"][0]["address"]) == (1, "+447912000000")
    chosen = [row["id"] for row in told["sample"]]
    wanted = {"action": "denylist", "filter": {"ids": chosen}, "reason": "refused"}
    (row,) = admin.post(BULK, wanted).json()["sample"]
    assert (row["status"], row["reason"]) == ("denylisted", "refused")


def test_filters_mean_the_same_in_lists_and_in_acts(admin, failed, delivery):
    at = Address.objects.first().last_error_at
    soon, before = at + timedelta(seconds=1), at - timedelta(hours=1)
    cases = [
        ({"account": str(delivery.account_id)}, 3),
        ({"account": "vonage"}, 1),
        ({"account": "kannel"}, 0),
        ({"delivery": str(failed.pk)}, 1),
        ({"prefix": "0039 333"}, 3),
        ({"prefix": "44"}, 1),
        ({"from": at.isoformat()}, 4),
        ({"from": soon.isoformat()}, 0),
        ({"from": before.isoformat(), "to": at.isoformat()}, 0),
        ({"to": soon.isoformat(), "status": "quarantine"}, 4),
        ({"status": "with_errors"}, 0),
        ({"reason": "account_disabled"}, 1),
        ({"search": number(2)}, 1),
        ({"channel": "email"}, 0),
    ]

    listed = [len(admin.get(PATH, query).json()["results"]) for query, _expected in cases]
    acted = [release(admin, filter=query, dry_run=True).json()["count"] for query, _ in cases]

    assert listed == acted == [expected for _query, expected in cases]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"account": "999"}, "account"),
        ({"account": "acme"}, "account"),
        ({"account": "9" * 25}, "account"),
        ({"prefix": "abc"}, "prefix"),
        ({"prefix": "+39x"}, "prefix"),
        ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "to"),
        ({"from": "yesterday"}, "from"),
        ({"reason": "odd"}, "reason"),
        ({"status": "odd"}, "status"),
        ({"odd": "1"}, "odd"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_by_name(admin, wrong, field):
    listed = admin.get(PATH, wrong)
    assert (listed.status_code, list(listed.json())) == (400, [field])

    acted = release(admin, filter=wrong).json()
    assert list(acted.get("filter", acted)) == [field]
    assert not BulkAct.objects.exists()


@pytest.mark.parametrize("wrong", [{"action": "erase"}, {"filter": None}, {"odd": 1}])
def test_an_act_that_cannot_be_is_refused_by_name(admin, wrong):
    answer = release(admin, **wrong)

    assert (answer.status_code, list(answer.json())) == (400, list(wrong))


def test_whoever_sees_no_addresses_learns_none_by_counting(marketer, failed):
    marketer.user.user_permissions.add(Permission.objects.get(codename="manage_quarantine"))

    for hidden in ({"prefix": "+39333"}, {"search": "+39333"}):
        answer = release(marketer, filter=hidden, dry_run=True)
        assert (answer.status_code, list(answer.json())) == (400, list(hidden))
        assert marketer.get(PATH, hidden).json()["results"] == []
    told = release(marketer, filter={}, reason=f"about {number(1)}").json()
    assert number(1) not in str(told)
    assert told["count"] == 4


def test_only_those_with_the_right_decide_about_many(operator, anybody, failed):
    assert release(anybody).status_code == 401
    assert release(operator).status_code == operator.get(BULK).status_code == 403
    assert operator.get(f"{BULK}1/").status_code == 403
    assert operator.post(f"{BULK}1/undo/").status_code == 403
    assert operator.post(f"{BULK}1/retry/").status_code == 403
