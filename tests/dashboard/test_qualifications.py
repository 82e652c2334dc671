"""The pages of qualifications: the list, one error, the decision, and the way back."""

import pytest

from dashboard import qualifications
from ingestion import judging
from ingestion.models import InboxEntry, Judgement
from messaging.failures import FailureType, Reason
from providers.models import Qualification
from tests import records
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.queries import cost
from tests.ingestion import callbacks
from tests.records import NOON

pytestmark = pytest.mark.django_db
PATH = "/qualifications/"
HARD = {
    "status": "keep",
    "failure_type": int(FailureType.HARD),
    "reason": int(Reason.USER_UNKNOWN),
    "text": "Nobody there",
}


def fail(*codes, text="failed"):
    """Let a message fail with each code."""
    account = callbacks.account()
    delivery = records.delivery(account=account, label="Winter sale")
    for number, code in enumerate(codes):
        records.message(delivery, provider_ids=(f"m-{number}",))
        callbacks.post(account, callbacks.report(f"m-{number}", text, code=code))
    callbacks.apply_all()
    return delivery


@pytest.fixture
def row(db):
    fail("7777", "7777", "101")
    return Qualification.objects.get(code="7777")


@pytest.fixture
def path(row):
    return f"{PATH}{row.pk}/"


def judge():
    while judging.work_batch(at=NOON):
        pass


def listed(response):
    return [line.qualification.code for line in response.context["page"].rows]


def said(response):
    return " ".join(response.content.decode().split())


def form(client, path, **fields):
    """Return the form as a browser sends it."""
    seen = client.get(path).context["form"]["seen"].value()
    return HARD | {"seen": seen} | fields


def test_what_waits_comes_first_and_of_that_what_strikes_most(admin, row):
    fail("8888")

    response = admin.get(PATH)

    assert listed(response) == ["7777", "8888", "101"]
    assert [line.occurrences for line in response.context["page"].rows] == [2, 1, 1]
    assert "Nobody" not in said(response)
    assert '<span class="topnav__count"' in said(response)
    assert response.context["waiting"] == 2


def test_an_empty_list_says_so(admin):
    assert "No error so far" in said(admin.get(PATH))
    assert "No error matches" in said(admin.get(f"{PATH}?status=ignore"))
    assert '<span class="topnav__count"' not in said(admin.get(PATH))


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("status=to_qualify", ["7777"]),
        ("status=keep", ["101"]),
        ("status=nonsense", ["7777", "101"]),
        ("kind=simulator", ["7777", "101"]),
        ("kind=twilio", []),
        ("kind=nonsense", ["7777", "101"]),
        ("search=7777", ["7777"]),
        ("search=FAILED", ["7777", "101"]),
        ("search=absent", []),
        ("search=%00", ["7777", "101"]),
    ],
)
def test_the_list_is_cut_by_status_provider_and_text(admin, row, query, codes):
    assert listed(admin.get(f"{PATH}?{query}")) == codes


def test_the_list_costs_the_same_however_long_it_is(admin):
    fail("7777")
    first = cost(admin, PATH)
    fail("8888", "9999", "102")

    assert cost(admin, PATH) == first


def test_the_list_goes_on_where_the_page_ended(admin, row, monkeypatch):
    fail("8888")
    monkeypatch.setattr(qualifications, "ROWS", 1)
    seen, path = [], PATH
    for _ in range(3):
        response = admin.get(path)
        seen += listed(response)
        path = f"{PATH}?cursor={response.context['page'].next}"

    assert seen == ["7777", "8888", "101"]
    assert response.context["page"].next is None


def test_more_than_99_that_wait_are_not_counted(admin):
    Qualification.objects.bulk_create(
        [
            Qualification(
                kind="twilio", key=str(number), code=str(number), failure_type=2, reason=0,
                default_failure_type=2, default_reason=0,
            )
            for number in range(120)
        ]
    )  # fmt: skip

    assert "99+" in said(admin.get(PATH))


def test_an_error_tells_all_that_is_known_of_it(admin, row, path):
    response = admin.get(path)

    page = said(response)
    assert response.context["volume"] == 2
    assert [(one.delivery.label, one.messages) for one in response.context["struck"]] == [
        ("Winter sale", 2)
    ]
    assert [sample.kept for sample in response.context["samples"]] == [True, True]
    for sample in response.context["samples"]:
        assert f'href="/callbacks/raw/{sample.entry_id}/"' in page
    assert "SR simulator 7777|#MESSAGE#" in page
    assert "Suggestion:" in page
    assert "Nobody has changed it so far" in page


def test_callbacks_whose_day_was_dropped_are_expired(admin, path):
    InboxEntry.objects.all().delete()

    response = admin.get(path)

    assert [sample.kept for sample in response.context["samples"]] == [False, False]
    assert "expired" in said(response)


def test_an_error_that_nobody_has_any_more_still_has_its_page(admin):
    row = Qualification.objects.create(
        kind="gone", key="SR gone lost", failure_type=1, reason=1, status="keep",
        default_failure_type=1, default_reason=1,
    )  # fmt: skip

    page = said(admin.get(f"{PATH}{row.pk}/"))

    assert "No message stands as failed by it now." in page
    assert "None is known." in page
    assert "Suggestion:" not in page


def test_a_preview_tells_what_would_move_and_saves_nothing(admin, row, path):
    asked = form(admin, path, preview="yes")

    whole = admin.post(path, asked)
    fragment = admin.post(path, asked, headers=FRAGMENT)

    assert whole.context["preview"].moves.messages == 2
    assert "Failed: User unknown (Hard)" in said(whole)
    assert said(fragment).startswith('<div id="moves"')
    assert fragment.context["preview"].moves.addresses == 2
    row.refresh_from_db()
    assert (row.status, Judgement.objects.count()) == ("to_qualify", 0)


def test_a_preview_of_nothing_says_so(admin, row, path):
    asked = form(admin, path, preview="yes", status="to_qualify")

    assert "No message would move." in said(admin.post(path, asked, headers=FRAGMENT))


def test_a_preview_that_cannot_be_says_so(admin, row, path):
    asked = form(admin, path, preview="yes", reason="77")

    assert "not filled in" in said(admin.post(path, asked, headers=FRAGMENT))


def test_a_judgement_without_history_holds_for_what_comes_next(admin, row, path):
    response = admin.post(path, form(admin, path), follow=True)

    assert "Saved. It holds for what comes next." in said(response)
    assert "Nobody there" in said(response)
    row.refresh_from_db()
    assert (row.status, row.failure_type, row.reason) == ("keep", 1, 1)
    assert Judgement.objects.get().state == "done"


def test_a_judgement_of_history_is_watched_while_it_goes_on_and_can_be_undone(admin, row, path):
    response = admin.post(path, form(admin, path, history="on"), follow=True)
    assert "Saved. History is being judged again." in said(response)
    assert 'hx-trigger="every 2s"' in said(response)
    fragment = said(admin.get(path, headers=FRAGMENT))
    assert fragment.startswith('<div id="judged"')
    assert "0 messages looked at" in fragment

    judge()
    fragment = said(admin.get(path, headers=FRAGMENT))
    assert "hx-trigger" not in fragment
    assert "Undo the last change" in fragment
    assert "2 / 2" in fragment

    response = admin.post(f"{path}undo/", follow=True)
    assert "Undone. What had moved is on its way back." in said(response)
    judge()
    row.refresh_from_db()
    assert (row.status, row.failure_type, row.text) == ("to_qualify", 2, "")
    page = said(admin.get(path))
    assert "Taken back later" in page
    assert "Takes an earlier change back" in page
    assert "Undo the last change" not in page
    assert callbacks.drifts() == []


def test_ignoring_needs_no_type(admin, row, path):
    admin.post(path, form(admin, path, status="ignore"))

    row.refresh_from_db()
    assert (row.status, row.failure_type) == ("ignore", FailureType.IGNORED)
    assert admin.get(path).context["form"].initial["status"] == "ignore"


def test_saving_what_is_said_already_changes_nothing(admin, row, path):
    asked = form(admin, path, status="to_qualify", text="")

    response = admin.post(path, asked, follow=True)

    assert "Nothing has changed." in said(response)


def test_who_has_not_seen_the_last_change_is_told_so(admin, row, path):
    stale = form(admin, path)
    admin.post(path, form(admin, path))

    response = admin.post(path, stale | {"text": "Something else"})

    assert "Somebody else has changed this meanwhile" in said(response)
    row.refresh_from_db()
    assert row.text == "Nobody there"


def test_while_history_is_judged_nothing_can_be_changed(admin, row, path):
    admin.post(path, form(admin, path, history="on"))

    changed = admin.post(path, form(admin, path, text="Something else"))
    undone = admin.post(f"{path}undo/", follow=True)

    assert "try again when that is done" in said(changed)
    assert "try again when that is done" in said(undone)


@pytest.mark.parametrize(
    ("text", "because"),
    [("Unknown subscriber", "The text says “Unknown subscriber”."), ("Error", "Neither code nor")],
)
def test_a_suggestion_says_why(admin, row, path, text, because):
    Qualification.objects.filter(pk=row.pk).update(first_text=text)

    assert because in said(admin.get(path))


def test_the_same_code_elsewhere_is_a_suggestion(admin, row, path):
    Qualification.objects.create(
        kind=row.kind, key=row.key, code=row.code, failure_type=2, reason=5, status="keep",
        default_failure_type=3, default_reason=6,
    )  # fmt: skip

    assert "The same code is qualified so" in said(admin.get(path))


def test_an_error_costs_the_same_however_often_it_struck(admin, path):
    first = cost(admin, path)
    fail("7777", "7777", "7777")

    assert cost(admin, path) == first


def test_only_those_who_may_qualify_open_the_pages(operator, marketer, row, path):
    for person in (operator, marketer):
        assert person.get(PATH).status_code == 403
        assert person.get(path).status_code == 403
        assert person.post(path, HARD).status_code == 403
        assert person.post(f"{path}undo/").status_code == 403
        assert PATH not in said(person.get("/deliveries/"))
    assert operator.get(f"{PATH}5/").status_code == 403


def test_what_is_not_there_is_not_found(admin):
    assert admin.get(f"{PATH}5/").status_code == 404
    assert admin.post(f"{PATH}5/undo/").status_code == 404


def test_a_message_tells_its_failure_in_plain_words(admin, operator, row, path):
    admin.post(path, form(admin, path))
    message = row_message(row)

    for_admin = said(admin.get(f"/messages/{message}/"))
    for_operator = said(operator.get(f"/messages/{message}/"))

    assert "Nobody there" in for_admin
    assert f'href="{path}"' in for_admin
    assert "Nobody there" in for_operator
    assert path not in for_operator


def test_the_logs_tell_failures_in_plain_words(admin, marketer, row, path):
    admin.post(path, form(admin, path, text="Nobody at +39 333 1112233"))
    delivery = records.Message.objects.get(pk=row_message(row)).delivery_id

    for_admin = said(admin.get(f"/deliveries/{delivery}/logs/"))
    for_marketer = said(marketer.get(f"/deliveries/{delivery}/logs/"))

    assert "Nobody at +39 333 1112233" in for_admin
    assert f'href="{path}"' in for_admin
    assert "Nobody at" in for_marketer
    assert "1112233" not in for_marketer
    assert path not in for_marketer


def row_message(row):
    return records.Message.objects.filter(qualification_id=row.pk).order_by("id")[0].pk
