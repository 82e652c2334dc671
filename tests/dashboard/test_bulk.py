"""The pages of decisions about many addresses: previewed, confirmed, followed, undone."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from deliveries import bulk as decisions
from messaging.failures import Reason
from quarantine import acts, bulk
from quarantine.bulk_models import BulkAct
from quarantine.models import Address
from tests import records
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.queries import cost
from tests.quarantine.taking import allow, fail, number, refuse

pytestmark = pytest.mark.django_db
LIST, BULK = "/quarantine/", "/quarantine/bulk/"
NEW = f"{BULK}new/?action=release&all=yes"


@pytest.fixture
def failed():
    """Three addresses quarantined by one delivery, and one by nothing that is known."""
    delivery = records.delivery(account=records.account(kind="twilio"), label="Winter sale")
    fail(map(number, range(3)), delivery_id=delivery.pk)
    fail(["+447912345678"], reason=Reason.ACCOUNT_DISABLED, delivery_id=None)
    return delivery


def said(response):
    return " ".join(response.content.decode().split())


def confirm(client, path=NEW, **given):
    return client.post(path, {"action": "release", "seen": 4, "text": "An outage"} | given)


def statuses():
    return sorted(Address.objects.values_list("status", flat=True))


def test_the_list_is_cut_by_account_prefix_time_and_delivery(admin, failed):
    def listed(**query):
        return len(admin.get(LIST, query).context["page"].rows)

    assert listed() == 4
    assert listed(account="twilio") == listed(account=failed.account_id) == 3
    assert listed(prefix="+39333") == listed(delivery=failed.pk) == 3
    assert listed(until="2020-01-01T00:00") == 0
    assert listed(since="2020-01-01T00:00") == 4
    assert "Only what was caused by:" in said(admin.get(LIST, {"delivery": failed.pk}))


def test_the_page_of_an_act_that_cannot_go_on_says_why(admin, failed):
    refuse(number(0))
    confirm(admin)
    row = BulkAct.objects.get()
    assert "is tried again soon (try 1 of 5)" in said(admin.get(f"{BULK}{row.pk}/"))

    for tries in range(1, bulk.MOST_TRIES):
        decisions.work(at=row.tried_at + tries * bulk.TRIED_AGAIN_AFTER)

    page = said(admin.get(f"{BULK}{row.pk}/"))
    assert "It could not be done: all addresses stay as they were." in page
    assert "InternalError: no room for +39 ••• ••• 000" in page
    assert "Failed" in said(admin.get(BULK))
    assert "it goes on from where it stopped" in page
    assert f'action="{BULK}{row.pk}/retry/"' in page
    allow()
    page = said(admin.post(f"{BULK}{row.pk}/retry/", follow=True))
    assert "It is tried again" in page
    assert "Try again" not in page
    assert statuses() == ["valid"] * 4
    assert "has not failed" in said(admin.post(f"{BULK}{row.pk}/retry/", follow=True))


def test_a_filter_that_cannot_be_read_is_named_and_decides_about_nothing(admin, failed):
    assert "The period ends before it begins" in said(
        admin.get(LIST, {"since": "2026-02-01T00:00", "until": "2026-01-01T00:00"})
    )
    for wrong in ("prefix=abc", "account=acme", "status=odd"):
        assert len(admin.get(f"{LIST}?{wrong}").context["page"].rows) == 4
        response = admin.get(f"{NEW}&{wrong}", follow=True)
        assert response.redirect_chain[0][0].startswith(LIST)
        assert "notice--error" in said(response)
    assert admin.get(f"{BULK}new/?action=erase").headers["Location"] == LIST


def test_a_preview_tells_how_many_which_and_why(admin, failed):
    text = said(admin.get(f"{NEW}&reason=1"))

    for expected in ("3 addresses", "Winter sale", "User unknown", number(2), "Reason: User"):
        assert expected in text
    way = said(admin.get(f"{LIST}?reason=1"))
    assert f'href="{BULK}new/?action=release&amp;all=yes&amp;reason=1"' in way
    assert "No address would change" in said(admin.get(f"{NEW}&channel=email"))


def test_a_preview_tells_what_a_release_leaves_alone(admin, failed):
    row = Address.objects.first()
    acts.decide(address_ids=[row.pk], status="denylisted", text="x", by=None, at=timezone.now())

    assert "1 denylisted address matches as well" in said(admin.get(NEW))
    assert "1 address" in said(admin.get(f"{NEW}&status=denylisted"))


def test_a_release_is_confirmed_followed_and_undone(admin, failed):
    response = confirm(admin)
    act = BulkAct.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, f"{BULK}{act.pk}/")
    assert statuses() == ["valid"] * 4
    page = said(admin.get(f"{BULK}{act.pk}/"))
    assert "An outage" in page
    assert "Undo" in page
    decided = Address.objects.first()
    acts.decide(address_ids=[decided.pk], status="denylisted", text="x", by=None, at=timezone.now())

    text = said(admin.post(f"{BULK}{act.pk}/undo/", follow=True))

    assert "It is taken back" in text
    assert "Decided on since" in text
    assert decided.address in text
    assert statuses() == ["denylisted", "quarantine", "quarantine", "quarantine"]
    assert "undone already" in said(admin.post(f"{BULK}{act.pk}/undo/", follow=True))
    assert f"Bulk act {act.pk}" in said(admin.get(f"{LIST}{decided.pk}/"))
    listed = said(admin.get(BULK))
    assert "Undone" in listed
    assert "Everything that is not valid" in listed


def test_rows_are_chosen_one_by_one(admin, failed):
    row = Address.objects.get(address=number(1))

    confirm(admin, f"{BULK}new/?action=release&id={row.pk}&id=x", seen=1)

    assert statuses() == ["quarantine", "quarantine", "quarantine", "valid"]
    assert "Addresses chosen one by one: 1" in said(admin.get(BULK))
    response = admin.get(f"{BULK}new/?action=release", follow=True)
    assert "nothing was chosen" in said(response)


def test_a_set_that_has_changed_since_the_preview_is_told(admin, failed):
    response = admin.post(NEW, {"action": "release", "seen": 3, "text": "An outage"}, follow=True)

    assert "it is 4 addresses now" in said(response)


def test_a_reason_has_to_be_given(admin, failed):
    assert "This field is required" in said(confirm(admin, text=""))
    assert statuses() == ["quarantine"] * 4


def test_what_takes_long_is_followed(admin, failed, monkeypatch):
    monkeypatch.setattr(decisions, "LONGEST_SECONDS", -1)
    confirm(admin)
    path = f"{BULK}{BulkAct.objects.get().pk}/"

    waiting = said(admin.get(path))
    assert "every 2s" in waiting
    assert f'action="{path}undo/"' not in waiting
    monkeypatch.undo()
    decisions.work(at=timezone.now())
    assert "every 2s" not in said(admin.get(path, headers=FRAGMENT))
    assert f'action="{path}undo/"' in said(admin.get(path))


def test_after_thirty_days_there_is_no_button(admin, failed):
    confirm(admin)
    BulkAct.objects.update(at=timezone.now() - timedelta(days=31))
    path = f"{BULK}{BulkAct.objects.get().pk}/"

    assert f'action="{path}undo/"' not in said(admin.get(path))
    assert "30 days only" in said(admin.post(f"{path}undo/", follow=True))


def test_filters_are_told_in_words_without_addresses(admin, failed):
    query = (
        f"&status=quarantine&channel=sms&reason=1&account={failed.account_id}&prefix=%2B39333"
        f"&search={number(1).replace('+', '%2B')}&since=2020-01-01T00:00&delivery={failed.pk}"
    )
    confirm(admin, NEW + query)

    text = said(admin.get(BULK))
    for expected in (
        "Status: Quarantine",
        "Channel: SMS",
        "Reason: User unknown",
        f"Account: {failed.account.name}",
        "Number prefix: +39333",
        "Address begins with: +39333…",
        f"Delivery: {failed.pk}",
    ):
        assert expected in text
    assert number(1) not in text
    confirm(admin, f"{NEW}&account=twilio")
    assert "Account: Twilio" in said(admin.get(BULK))


def test_only_those_with_the_right_see_and_decide(operator, failed):
    assert "Release…" not in said(operator.get(LIST))
    for path in (BULK, NEW, f"{BULK}1/"):
        assert operator.get(path).status_code == 403


def test_whoever_sees_no_addresses_decides_without_seeing_them(marketer, failed):
    marketer.user.user_permissions.add(Permission.objects.get(codename="manage_quarantine"))

    text = said(marketer.get(NEW))
    assert "4 addresses" in text
    assert number(1) not in text
    assert "Address begins with" not in said(marketer.get(LIST))


def test_pages_cost_the_same_however_many_rows(admin, failed):
    confirm(admin, f"{NEW}&reason=1")
    path = f"{BULK}{BulkAct.objects.get().pk}/"
    fail([number(9)], reason=Reason.ACCOUNT_DISABLED, delivery_id=failed.pk)
    costs = [cost(admin, each) for each in (BULK, path, f"{NEW}&reason=4", LIST)]
    fail(map(number, range(10, 13)), reason=Reason.ACCOUNT_DISABLED, delivery_id=failed.pk)
    for index in range(2):
        fail([number(20 + index)], delivery_id=failed.pk)
        confirm(admin, f"{NEW}&reason=1")

    assert [cost(admin, each) for each in (BULK, path, f"{NEW}&reason=4", LIST)] == costs
