"""Addresses that are left alone, over the API: read, decided by hand, and the rules."""

import pytest
from django.utils import timezone

from deliveries import proving
from deliveries.models import AuditEvent
from quarantine import acts
from quarantine.ledger import Name
from quarantine.models import Address, Rule
from tests import records
from tests.ingestion import callbacks

pytestmark = pytest.mark.django_db
PATH = "/api/v1/quarantine/"
RULES = f"{PATH}rules/"
ANNA, BEN = "+393331112233", "+447912345678"


@pytest.fixture
def anna():
    """An address that a hard error has quarantined."""
    account = callbacks.account()
    message = records.message(records.delivery(account=account), provider_ids=("m",), address=ANNA)
    callbacks.post(account, callbacks.report("m", "failed", code="101"))
    callbacks.apply_all()
    row = Address.objects.get()
    row.message = message
    return row


def quarantine(address, status="quarantine", text="Asked by phone"):
    name = Name("sms", address)
    return acts.add(name=name, status=status, text=text, by=None, at=timezone.now())


def test_an_address_tells_how_it_stands(admin, anna):
    (row,) = admin.get(PATH).json()["results"]

    assert (row["id"], row["channel"], row["address"]) == (str(anna.pk), "sms", ANNA)
    assert (row["status"], row["reason"]) == ("quarantine", "user_unknown")
    assert (row["error_count"], row["delivery"]) == (1, str(anna.delivery_id))
    assert row["error_text"] == "SR simulator 101|failed"
    assert row["last_error_at"] == row["first_error_at"] == "2026-11-23T12:00:00Z"


def test_an_address_tells_its_story(admin, anna):
    told = admin.get(f"{PATH}{anna.pk}/").json()

    rule = Rule.objects.get(failure_type=1, reason=None)
    assert told["changes"] == [
        {
            "at": "2026-11-23T12:00:00Z",
            "before": "valid",
            "after": "quarantine",
            "reason": "user_unknown",
            "text": "SR simulator 101|failed",
            "rule": str(rule.pk),
            "rule_version": 1,
            "message": str(anna.message.pk),
            "inbound": None,
            "incident": None,
            "actor": "",
            "bulk": None,
        }
    ]
    (fact,) = told["facts"]
    assert (fact["says"], fact["failure_type"], fact["reason"]) == (
        "failed",
        "hard",
        "user_unknown",
    )
    assert fact["message"] == str(anna.message.pk)


def test_the_list_is_cut_in_every_way(admin, anna):
    quarantine(BEN, "denylisted")

    def found(**query):
        return [row["address"] for row in admin.get(PATH, query).json()["results"]]

    assert found() == [BEN, ANNA]
    assert found(status="quarantine") == found(reason="user_unknown") == [ANNA]
    assert found(delivery=anna.delivery_id) == found(search="0039 333") == [ANNA]
    assert found(channel="email") == found(status="valid") == found(search="anna@") == []
    assert admin.get(PATH, {"status": "odd"}).status_code == 400
    page = admin.get(PATH, {"page_size": 1}).json()
    assert admin.get(page["next"]).json()["results"][0]["address"] == ANNA


def test_addresses_are_masked_and_searches_are_no_oracle(marketer, anna):
    told = marketer.get(f"{PATH}{anna.pk}/").json()

    assert told["address"] == "+39 ••• ••• 233"
    assert ANNA not in str(told)
    assert marketer.get(PATH, {"search": ANNA}).json()["results"] == []


def test_a_release_says_who_and_why(admin, anna):
    answer = admin.post(f"{PATH}{anna.pk}/release/", {"reason": f"{ANNA} works again"})

    assert (answer.status_code, answer.json()["status"]) == (200, "valid")
    told = admin.get(f"{PATH}{anna.pk}/").json()
    change = told["changes"][0]
    assert (change["before"], change["after"], change["actor"]) == (
        "quarantine", "valid", "admin-machine",
    )  # fmt: skip
    assert change["text"] == f"{ANNA} works again"
    line = AuditEvent.objects.latest("id")
    assert (line.code, line.actor) == ("QRN-1001", "admin-machine")
    assert ANNA not in line.text
    assert proving.all_journals().faults == []
    again = admin.post(f"{PATH}{anna.pk}/release/", {"reason": "Once more"})
    assert (again.status_code, list(again.json())) == (409, ["detail"])


def test_an_address_is_put_in_quarantine_by_hand(admin):
    wanted = {"channel": "sms", "address": "0044 7912 345678", "reason": "Asked by phone"}

    answer = admin.post(PATH, wanted)

    row = answer.json()
    assert (answer.status_code, row["address"], row["status"]) == (201, BEN, "quarantine")
    assert (row["reason"], row["error_text"]) == ("quarantined", "Asked by phone")
    assert admin.post(PATH, wanted).status_code == 409
    worse = admin.post(PATH, wanted | {"status": "denylisted", "reason": "user_unknown"})
    assert (worse.json()["status"], worse.json()["reason"]) == ("denylisted", "user_unknown")
    assert admin.post(PATH, wanted | {"status": "denylisted"}).status_code == 409


def test_an_email_address_has_one_spelling(admin):
    wanted = {"channel": "email", "address": "Anna@Exämple.org", "reason": "Asked"}

    assert admin.post(PATH, wanted).json()["address"] == "anna@xn--exmple-cua.org"
    assert admin.post(PATH, wanted | {"address": "ANNA@exämple.org"}).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"address": "0333"}, "address"),
        ({"reason": ""}, "reason"),
        ({"status": "valid"}, "status"),
        ({"odd": 1}, "odd"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(admin, wrong, field):
    wanted = {"channel": "sms", "address": BEN, "reason": "Asked"} | wrong

    answer = admin.post(PATH, wanted)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_change_makes_an_address_what_is_wanted(admin, anna):
    path = f"{PATH}{anna.pk}/"

    denied = admin.patch(path, {"status": "denylisted", "reason": "A complaint"})
    assert (denied.json()["status"], denied.json()["reason"]) == ("denylisted", "denylisted")
    assert admin.patch(path, {"status": "quarantine", "reason": "Less"}).status_code == 409
    assert admin.patch(path, {"status": "valid", "reason": "Sorry"}).json()["status"] == "valid"
    assert admin.patch(f"{PATH}999/", {"status": "valid", "reason": "?"}).status_code == 404


def test_only_those_with_the_right_decide(operator, anybody, anna):
    path = f"{PATH}{anna.pk}/"

    assert anybody.get(PATH).status_code == 401
    assert operator.get(path).status_code == operator.get(RULES).status_code == 200
    assert operator.post(f"{path}release/", {"reason": "x"}).status_code == 403
    assert operator.patch(path, {"status": "valid", "reason": "x"}).status_code == 403
    assert operator.post(PATH, {}).status_code == operator.put(RULES, {}).status_code == 403


def test_the_rules_begin_as_documented(admin):
    found = admin.get(RULES).json()["results"]

    names = ("channel", "failure_type", "reason", "action", "threshold", "forgiven_after_days")
    assert [tuple(rule[name] for name in names) for rule in found] == [
        (None, "undefined", None, "ignore", 5, 10),
        (None, "hard", None, "quarantine", 5, 10),
        (None, "hard", "denylisted", "denylist", 5, 10),
        (None, "soft", None, "count", 5, 10),
        (None, "soft", "mailbox_full", "count", 5, 30),
        (None, "ignored", None, "ignore", 5, 10),
    ]


def test_rules_that_are_put_back_stay_as_they_are(admin):
    before = admin.get(RULES).json()

    assert admin.put(RULES, before).json() == before
    assert not AuditEvent.objects.exists()


def test_rules_take_the_place_of_those_in_force(admin):
    rules = admin.get(RULES).json()["results"]
    soft = next(rule for rule in rules if (rule["failure_type"], rule["reason"]) == ("soft", None))
    soft["threshold"] = 2
    new = {"channel": "sms", "failure_type": "hard", "reason": "user_unknown", "action": "ignore"}
    kept = [rule for rule in rules if rule["reason"] != "mailbox_full"]

    found = admin.put(RULES, {"rules": [*kept, new]}).json()["results"]

    versions = {(rule["failure_type"], rule["reason"]): rule["version"] for rule in found}
    assert (versions["soft", None], versions["hard", "user_unknown"]) == (2, 1)
    assert ("soft", "mailbox_full") not in versions
    soft_rule = "any channel, soft, any reason"
    texts = list(AuditEvent.objects.order_by("id").values_list("text", flat=True))
    assert texts == [
        "Quarantine rule any channel, soft, mailbox full: removed.",
        f"Quarantine rule {soft_rule}: count to 2, forgiven after 10 days (version 2).",
        "Quarantine rule sms, hard, user unknown: ignore (version 1).",
    ]
    # What has ended and comes back goes on counting its versions.
    back = {"failure_type": "soft", "reason": "mailbox_full", "action": "count"}
    found = admin.put(RULES, back).json()["results"]
    assert next(rule["version"] for rule in found if rule["reason"] == "mailbox_full") == 2


def test_a_rule_decides_from_now_on(admin):
    soft = {"failure_type": "soft", "reason": "unreachable", "action": "quarantine"}
    assert admin.put(RULES, soft).status_code == 200
    account = callbacks.account()
    records.message(records.delivery(account=account), provider_ids=("m",), address=ANNA)
    callbacks.post(account, callbacks.report("m", "failed", code="103"))
    callbacks.apply_all()

    (row,) = admin.get(PATH).json()["results"]
    assert (row["status"], row["reason"]) == ("quarantine", "unreachable")


def test_a_dry_run_tells_who_would_enter_and_leave_and_saves_nothing(admin, operator, anna):
    path, before = f"{RULES}?dry_run=true", admin.get(RULES).json()
    hard = {"failure_type": "hard", "action": "ignore"}

    told = admin.put(path, hard).json()

    assert [told[name] for name in ("dry_run", "enter", "leave", "unchanged", "looked_at")] == [
        True, 0, 1, 0, 1,
    ]  # fmt: skip
    row = {"id": str(anna.pk), "channel": "sms", "address": ANNA, "before": "quarantine",
           "after": "valid"}  # fmt: skip
    assert told["sample"] == {"enter": [], "leave": [row]}
    assert told["since"] < timezone.now().isoformat()
    assert admin.put(path, {"results": before["results"]}).json()["looked_at"] == 0
    assert admin.put(path, hard | {"reason": "denylisted"}).status_code == 400
    assert admin.put(f"{RULES}?dry_run=perhaps", hard).status_code == 400
    assert operator.put(path, hard).status_code == 403
    assert admin.get(RULES).json() == before
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"results": []},
        {"results": [{"failure_type": "soft", "action": "odd"}]},
        {"results": [{"failure_type": "soft", "action": "count", "threshold": 0}]},
        {"results": [{"failure_type": "soft", "action": "count", "treshold": 3}]},
        {"results": [{"failure_type": "soft", "action": "count"}] * 2},
        {"failure_type": "hard", "reason": "denylisted", "action": "ignore"},
    ],
)
def test_rules_that_cannot_be_change_nothing(admin, wrong):
    before = admin.get(RULES).json()

    assert admin.put(RULES, wrong).status_code == 400
    assert admin.get(RULES).json() == before
