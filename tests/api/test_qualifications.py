"""Qualifications over the API: read, said, judged and taken back."""

import pytest

from deliveries.models import Message
from ingestion import judging
from providers.models import Qualification
from tests import records
from tests.ingestion import callbacks
from tests.records import NOON

pytestmark = pytest.mark.django_db
PATH = "/api/v1/qualifications/"
HARD = {"failure_type": "hard", "reason": "user_unknown"}


@pytest.fixture
def rows():
    """A code in no table that failed two messages, and one of the table that failed one."""
    account = callbacks.account()
    delivery = records.delivery(account=account)
    for number, code in enumerate(["7777", "7777", "101"]):
        records.message(delivery, provider_ids=(f"m-{number}",), address=f"+39333123456{number}")
        callbacks.post(account, callbacks.report(f"m-{number}", "failed", code=code))
    callbacks.apply_all()
    return {row.code: row for row in Qualification.objects.all()}


@pytest.fixture
def path(rows):
    return f"{PATH}{rows['7777'].pk}/"


def judge():
    while judging.work_batch(at=NOON):
        pass


def test_a_qualification_tells_what_it_means_and_how_often_it_struck(admin, rows, path):
    row = rows["7777"]

    assert admin.get(path).json() == {
        "id": str(row.pk),
        "kind": "simulator",
        "key": "SR simulator 7777|#MESSAGE#",
        "code": "7777",
        "title": "A code that is not in our table",
        "text": "",
        "first_text": "failed",
        "occurrences": 2,
        "failure_type": "soft",
        "reason": "undefined",
        "status": "to_qualify",
        "default_failure_type": "soft",
        "default_reason": "undefined",
        "created_at": row.created_at.isoformat().replace("+00:00", "Z"),
        "history": None,
    }


def test_the_list_is_cut_by_status_and_kind(admin, rows):
    def codes(query):
        return [row["code"] for row in admin.get(f"{PATH}?{query}").json()["results"]]

    assert sorted(codes("")) == ["101", "7777"]
    assert codes("status=to_qualify") == ["7777"]
    assert codes("status=keep&kind=simulator") == ["101"]
    assert codes("kind=twilio") == []
    assert list(admin.get(f"{PATH}?status=new").json()) == ["status"]
    assert "twilio" in admin.get(f"{PATH}?kind=x").json()["kind"][0]


def test_a_page_of_the_list_takes_as_many_queries_whatever_it_holds(
    admin, rows, django_assert_num_queries
):
    for size in (1, 2):
        with django_assert_num_queries(6):
            assert len(admin.get(f"{PATH}?page_size={size}").json()["results"]) == size


def test_what_would_move_is_told_and_nothing_saved(admin, path):
    told = admin.patch(path, HARD | {"dry_run": True}).json()

    first = told.pop("sample")[0]
    assert told == {
        "dry_run": True,
        "examined": 2,
        "at_least": False,
        "messages": 2,
        "deliveries": 1,
        "addresses": 2,
    }
    assert (first["before"], first["after"]) == (
        {"status": "failed", "failure_type": "soft", "reason": "undefined"},
        {"status": "failed", "failure_type": "hard", "reason": "user_unknown"},
    )
    assert admin.get(path).json()["status"] == "to_qualify"


def test_a_change_is_judged_on_request_and_can_be_taken_back(admin, rows, path):
    before = admin.get(path).json()
    saved = admin.patch(path, HARD | {"text": "Nobody there"}).json()
    assert [saved[name] for name in ("status", "failure_type", "reason", "text", "title")] == [
        "keep", "hard", "user_unknown", "Nobody there", "Nobody there",
    ]  # fmt: skip
    assert saved["history"]["state"] == "done"

    assert admin.post(f"{path}requalify/", {"dry_run": True}).json()["messages"] == 2
    begun = admin.post(f"{path}requalify/")
    judge()

    assert (begun.status_code, begun.json()["state"]) == (202, "open")
    done = admin.get(path).json()["history"]
    assert (done["state"], done["examined"], done["moved"]) == ("done", 2, 2)
    assert done["by"] == "admin-machine"
    assert admin.post(f"{path}undo/", {"dry_run": True}).json()["messages"] == 2
    assert admin.post(f"{path}undo/").status_code == 202
    judge()
    after = admin.get(path).json()
    assert {**after, "history": None} == before
    refused = admin.post(f"{path}undo/")
    assert (refused.status_code, refused.json()) == (409, {"detail": "There is no change to undo."})
    assert callbacks.drifts() == []


def test_a_message_tells_its_failure_in_the_same_words(admin, marketer, rows, path):
    admin.patch(path, HARD | {"text": "Nobody at +39 333 1234560"})
    message = Message.objects.filter(qualification_id=rows["7777"].pk)[0]

    def title(caller):
        (event,) = caller.get(f"/api/v1/messages/{message.pk}/").json()["events"]
        return event["explanation"]["title"]

    assert title(admin) == "Nobody at +39 333 1234560"
    assert title(marketer) == "Nobody at +39 ••• ••• 560"


def test_a_second_act_is_refused_while_history_is_judged(admin, path):
    admin.patch(path, HARD)
    admin.post(f"{path}requalify/")

    for refused in (
        admin.patch(path, {"status": "ignore"}),
        admin.post(f"{path}requalify/"),
        admin.post(f"{path}undo/"),
    ):
        assert refused.status_code == 409
        assert "try again when that is done" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "to_qualify", "failure_type": "hard"}, "failure_type"),
        ({"status": "ignore", "failure_type": "hard"}, "failure_type"),
        ({"failure_type": "undefined"}, "failure_type"),
        ({"failure_type": "fatal"}, "failure_type"),
        ({"failure_type": 1}, "failure_type"),
        ({"reason": "broken"}, "reason"),
        ({"status": "done"}, "status"),
        ({"text": "x" * 501}, "text"),
        ({"kind": "twilio"}, "kind"),
        ({"dry_run": "perhaps"}, "dry_run"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_the_field(admin, path, body, field):
    for dry_run in ({}, {"dry_run": True}):
        refused = admin.patch(path, dry_run | body)

        assert refused.status_code == 400
        assert list(refused.json()) == [field]


def test_what_is_not_there_is_not_found(admin):
    for answer in (
        admin.get(f"{PATH}5/"),
        admin.patch(f"{PATH}5/", HARD),
        admin.patch(f"{PATH}5/", {"dry_run": True}),
        admin.post(f"{PATH}5/requalify/"),
        admin.post(f"{PATH}5/undo/"),
    ):
        assert answer.status_code == 404


def test_only_those_who_may_qualify_do(operator, marketer, path):
    for caller in (operator, marketer):
        assert caller.get(PATH).status_code == 403
        assert caller.get(path).status_code == 403
        assert caller.patch(path, HARD).status_code == 403
        assert caller.post(f"{path}requalify/").status_code == 403
        assert caller.post(f"{path}undo/").status_code == 403


def test_a_code_of_the_table_is_kept_as_it_says(admin, rows):
    row = admin.get(f"{PATH}{rows['101'].pk}/").json()

    assert (row["status"], row["failure_type"], row["reason"]) == ("keep", "hard", "user_unknown")
