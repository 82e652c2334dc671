"""The pages of the quarantine: the list, one address, the decision, the rules."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from dashboard import address_story
from messaging.statuses import AddressStatus
from quarantine import acts, optouts
from quarantine.ledger import Name
from quarantine.models import Address, Change, Rule
from quarantine.words import START, STOP, Said
from tests import records
from tests.dashboard.queries import cost
from tests.ingestion import callbacks
from tests.records import NOON

pytestmark = pytest.mark.django_db
PATH, RULES = "/quarantine/", "/quarantine/rules/"
ANNA, BEN = "+393331112233", "+447912345678"


@pytest.fixture
def delivery():
    return records.delivery(account=callbacks.account(), label="Winter sale")


@pytest.fixture
def anna(delivery):
    """An address that a hard error has quarantined."""
    records.message(delivery, provider_ids=("m",), address=ANNA)
    callbacks.post(delivery.account, callbacks.report("m", "failed", code="101"))
    callbacks.apply_all()
    return Address.objects.get()


def put(address, status="quarantine"):
    name = Name("sms", address)
    return acts.add(name=name, status=status, text="By phone", by=None, at=timezone.now())


def said(response):
    return " ".join(response.content.decode().split())


def listed(client, query=""):
    return [row.address for row, _cause in client.get(PATH + query).context["page"].rows]


def test_the_list_tells_who_is_left_alone_and_why(admin, anna, delivery):
    text = said(admin.get(PATH))

    for expected in (ANNA, "Quarantine", "User unknown", "SR simulator 101|", delivery.label):
        assert expected in text


def test_the_list_is_cut(admin, anna):
    put(BEN, "denylisted")

    assert listed(admin) == [BEN, ANNA]
    assert listed(admin, "?status=denylisted&channel=sms") == [BEN]
    assert listed(admin, "?reason=1") == listed(admin, "?search=%2B39") == [ANNA]
    assert listed(admin, "?status=odd&reason=odd&channel=odd") == [BEN, ANNA]
    assert "No address matches" in said(admin.get(f"{PATH}?search=%2B1"))


def test_an_empty_list_says_what_will_be_there(admin):
    assert "No address is left alone" in said(admin.get(PATH))


def test_marketers_read_without_addresses_and_decide_nothing(marketer, anna):
    for path in (PATH, f"{PATH}{anna.pk}/", f"{PATH}?search={ANNA[1:]}"):
        text = said(marketer.get(path))
        assert "333 111 2233" not in text
        assert ANNA not in text.replace("%2B", "+").replace(f'value="{ANNA[1:]}"', "")
    assert "Decide by hand" not in said(marketer.get(f"{PATH}{anna.pk}/"))
    marketer.post(f"{PATH}{anna.pk}/", {"status": "valid", "text": "x"})
    assert Address.objects.get().status == AddressStatus.QUARANTINE
    for path in (f"{PATH}new/", f"{RULES}1/remove/"):
        assert marketer.post(path).status_code == 403
    marketer.post(RULES, {"failure_type": 2, "action": "ignore"})
    assert not Rule.objects.exclude(ended_at=None).exists()
    assert 'href="/quarantine/"' not in said(marketer.get("/deliveries/"))


def test_an_address_tells_its_story(admin, anna):
    word = Said(b"k" * 16, STOP, NOON, "STOP", inbound_id=1)
    optouts.hear({ANNA: [word]}, at=NOON)
    optouts.hear({ANNA: [word._replace(key=b"l" * 16, says=START, text="START")]}, at=NOON)

    text = said(admin.get(f"{PATH}{anna.pk}/"))

    for expected in (
        "Valid → Quarantine",
        "version 1",
        "A message failed",
        "asked to be left alone",
        "asked to be written to again",
        f"/messages/{Change.objects.first().message_id}/",
    ):
        assert expected in text


def test_a_success_stands_in_the_story(admin, delivery, anna):
    records.message(delivery, provider_ids=("n",), address=ANNA)
    callbacks.post(delivery.account, callbacks.report("n", "delivered", minute=3))
    callbacks.apply_all()

    titles = [line.title for line in address_story.of(anna)]
    assert titles[0] == "A message was received"


def test_a_release_needs_a_reason_and_tells_it(admin, anna):
    path = f"{PATH}{anna.pk}/"
    assert "This field is required" in said(admin.post(path, {"status": "valid"}))

    response = admin.post(path, {"status": "valid", "text": "It works again"}, follow=True)

    assert "The address is now: Valid" in said(response)
    assert "It works again" in said(response)
    assert "by " in said(response)
    assert Address.objects.get().status == AddressStatus.VALID


def test_only_what_is_possible_is_offered(admin):
    def offered(address):
        form = admin.get(f"{PATH}{address.pk}/").context["form"]
        return [str(value) for value, _label in form.fields["status"].choices]

    quarantined = Address.objects.get(pk=put(ANNA))
    assert offered(quarantined) == ["valid", "denylisted"]
    assert offered(Address.objects.get(pk=put(BEN, "denylisted"))) == ["valid"]
    optouts.hear({"+441": [Said(b"k" * 16, STOP, NOON)]}, at=NOON)
    asked = Address.objects.get(by_word=True)
    assert offered(asked) == ["valid", "denylisted"]
    Address.objects.filter(pk=asked.pk).update(status="valid", by_word=False)
    assert offered(asked) == ["quarantine", "denylisted"]


def test_what_somebody_else_decided_meanwhile_is_told(admin, anna, monkeypatch):
    def refuse(**_decision):
        raise acts.NotNow("Already so.")

    monkeypatch.setattr("deliveries.quarantining.acts.decide", refuse)

    text = said(admin.post(f"{PATH}{anna.pk}/", {"status": "valid", "text": "x"}))
    assert "Already so." in text


def test_an_address_is_put_in_quarantine(admin):
    given = {"channel": "sms", "address": "0044 7912 345678", "status": "quarantine", "text": "x"}

    response = admin.post(f"{PATH}new/", given, follow=True)

    assert BEN in said(response)
    assert "left alone already" in said(admin.post(f"{PATH}new/", given))
    assert "begins with 0" in said(admin.post(f"{PATH}new/", given | {"address": "0333"}))
    assert "This field is required" in said(admin.post(f"{PATH}new/", {"channel": "sms"}))


def test_the_rules_are_shown_changed_and_removed(admin):
    soft = Rule.objects.get(failure_type=2, reason=None)
    assert "No rule has been changed" in said(admin.get(RULES))
    form = admin.get(f"{RULES}?rule={soft.pk}").context["form"]
    assert form["threshold"].value() == 5

    given = {
        "channel": "", "failure_type": 2, "reason": "", "action": "count", "threshold": 3,
        "forgiven_after_days": 10, "confirmed": "1",
    }  # fmt: skip
    assert "It decides about failures" in said(admin.post(RULES, given, follow=True))
    assert "Nothing has changed" in said(admin.post(RULES, given, follow=True))
    new = Rule.objects.get(failure_type=2, reason=None, ended_at=None)
    assert (new.threshold, new.version, new.made_by.get_username()) == (3, 2, "admin-person")
    wrong = given | {"failure_type": 1, "reason": 8}
    assert "Whoever opted out is denylisted" in said(admin.post(RULES, wrong))

    for _ in range(2):
        admin.post(f"{RULES}{new.pk}/remove/", {"confirmed": "1"})
    assert not Rule.objects.filter(failure_type=2, reason=None, ended_at=None).exists()
    assert Rule.objects.exclude(ended_at=None).count() == 2
    for odd in ("x", "9" * 30):
        assert admin.get(f"{RULES}?rule={odd}").context["form"].initial == {}
    Rule.objects.filter(ended_at=None).update(ended_at=NOON)
    assert "There are no rules" in said(admin.get(RULES))


def test_a_change_of_the_rules_is_previewed_before_it_is_saved(admin, anna):
    given = {
        "channel": "sms", "failure_type": 1, "reason": "", "action": "ignore", "threshold": 5,
        "forgiven_after_days": 10,
    }  # fmt: skip
    text = said(admin.post(RULES, given))

    assert "<strong>0</strong> addresses would have entered" in text
    assert "<strong>1</strong> address that is there would not be" in text
    assert ANNA in text
    for name, value in given.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in text
    hard = Rule.objects.get(failure_type=1, reason=None)
    assert "Remove a rule" in said(admin.post(f"{RULES}{hard.pk}/remove/"))
    assert Rule.objects.count() == Rule.objects.filter(ended_at=None).count() == 6
    assert admin.post(f"{RULES}99/remove/").status_code == 302
    wrong = given | {"reason": 8, "channel": ""}
    assert "Whoever opted out is denylisted" in said(admin.post(RULES, wrong))


def test_a_preview_masks_addresses_from_those_who_may_not_see_them(admin, anna):
    user = get_user_model().objects.get(username="admin-person")
    user.groups.clear()
    user.user_permissions.set(Permission.objects.filter(codename="manage_quarantine"))
    given = {"failure_type": 1, "action": "ignore", "threshold": 5, "forgiven_after_days": 10}

    text = said(admin.post(RULES, given))

    assert "<strong>1</strong> address that is there" in text
    assert ANNA not in text


def test_a_message_leads_to_its_address(admin, operator, anna):
    path = f"/messages/{Change.objects.get().message_id}/"

    assert f'href="{PATH}{anna.pk}/"' in said(admin.get(path))
    assert f'href="{PATH}{anna.pk}/"' not in said(operator.get(path))


def test_an_erased_address_says_so(admin):
    row = Address.objects.create(channel="sms", fingerprint=b"f" * 16, status="denylisted")

    assert "An erased address" in said(admin.get(f"{PATH}{row.pk}/"))
    assert "erased" in said(admin.get(PATH))


def test_pages_cost_the_same_however_many_rows(admin, anna):
    other = put("+393339999999")
    costs = [cost(admin, PATH), cost(admin, f"{PATH}{other}/")]
    for number in range(3):
        put(f"+39333000000{number}")
        acts.decide(
            address_ids=[other],
            status="valid" if number % 2 == 0 else "quarantine",
            text="x",
            by=None,
            at=timezone.now(),
        )

    assert [cost(admin, PATH), cost(admin, f"{PATH}{other}/")] == costs
