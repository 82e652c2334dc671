"""The way to an account: its steps, a test of our own, and the first genuine callback."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard import arrivals
from dashboard.arrivals import Mark
from ingestion.models import Sighting, Subscription, Trial
from ingestion.sightings import Seen
from providers import registry
from providers.sms.aws import Aws
from tests import records
from tests.dashboard.conftest import FRAGMENT
from tests.dashboard.queries import cost
from tests.ingestion import callbacks
from tests.records import NOON

TOPIC = "arn:aws:sns:eu-west-1:123456789012:sms"


def page(client, account, part=""):
    return client.get(f"/accounts/{account.pk}/{part}").content.decode()


def see(account, *, genuine=True, said="delivered"):
    at = timezone.now()
    Sighting.objects.create(account=account, genuine=genuine, first_at=at, last_at=at, said=said)


@pytest.mark.parametrize("kind", registry.PROVIDERS)
def test_an_account_shows_its_address_and_the_steps_of_its_provider(admin, kind):
    account = records.account(kind=kind)

    text = page(admin, account)

    assert f"/callbacks/{account.token}/" in text
    assert text.count("<li>") >= len(registry.get(kind).steps) >= 2


def test_the_steps_are_told_before_the_account_is_made(admin):
    text = admin.get("/accounts/new/?kind=twilio").content.decode()

    assert "StatusCallback" in text


@pytest.mark.parametrize(
    ("url", "is_out"),
    [
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", True),
        ("http://192.168.1.7", True),
        ("http://[::1]:8000", True),
        ("https://monitor.local", True),
        ("https://monitor", True),
        ("https://sms.example.org", False),
        ("https://8.8.8.8", False),
    ],
)
def test_an_address_that_no_provider_can_reach_is_told(url, is_out):
    assert arrivals.is_out_of_reach(url) == is_out


def test_what_to_set_is_said_where_providers_cannot_reach_us(admin, settings):
    account = records.account()
    assert "Set PUBLIC_URL" in " ".join(page(admin, account).split())

    settings.PUBLIC_URL = "https://sms.example.org"

    assert "PUBLIC_URL" not in page(admin, account)


def test_until_the_first_genuine_callback_the_page_asks_for_it(admin):
    account = records.account()
    assert "nothing proves" not in page(admin, account, "arrivals/")
    see(account, genuine=False)
    text = page(admin, account, "arrivals/")
    assert 'hx-trigger="every 2s"' in text
    assert "Callbacks come in, but nothing proves whose they are" in text

    see(account, said="reply")

    text = page(admin, account, "arrivals/")
    assert "hx-trigger" not in text
    assert "nothing proves" not in text
    assert "a reply from a handset" in text


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("delivered", "Received on mobile"),
        ("unmoved", "a report with an unknown word"),
        ("reply", "a reply from a handset"),
        ("of another version", "of another version"),
    ],
)
def test_the_first_one_is_told_with_what_it_was(said, what):
    assert str(arrivals.first(Seen(NOON, NOON, said)).what) == what


def test_the_list_tells_which_accounts_were_heard_of(admin):
    heard = records.account(name="A")
    records.account(name="B")
    see(heard)

    rows = admin.get("/accounts/").context["page"].rows

    assert [genuine is not None for _card, genuine in rows] == [True, False]


def test_one_account_costs_as_many_queries_as_three(admin):
    see(records.account())
    one = cost(admin, "/accounts/")

    see(records.account())
    see(records.account())

    assert cost(admin, "/accounts/") == one


def told(kind="simulator", *, age=timedelta(), **fields):
    made = {"signed": True, "answered": True, "status": 204, "created_at": NOON - age} | fields
    trial = Trial(account_id=1, **made)
    provider = registry.get(kind)
    steps = arrivals.steps(trial, provider, owed=provider.is_signed({}), at=NOON)
    return [step.mark for step in steps], steps[-1].sentence, arrivals.goes_on(trial, at=NOON)


DONE, FAILED, OPEN, LEFT_OUT = Mark.DONE, Mark.FAILED, Mark.OPEN, Mark.LEFT_OUT


@pytest.mark.parametrize(
    ("fields", "marks", "last", "goes_on"),
    [
        ({"answered": False, "status": None}, [DONE, OPEN], "It is being posted.", True),
        ({"status": None}, [DONE, FAILED], "Nobody answered at", False),
        (
            {"status": 403, "reason": "sig: missing"},
            [DONE, FAILED],
            "Our own door refused it with 403: sig: missing",
            False,
        ),
        ({}, [DONE, DONE, DONE, DONE, OPEN], "A worker is about to read it.", True),
        (
            {"applied_at": NOON, "found": 1},
            [DONE, DONE, DONE, DONE, DONE],
            "A worker has read 1 report in it.",
            False,
        ),
        (
            {"applied_at": NOON, "error": "id: missing"},
            [DONE, DONE, DONE, DONE, FAILED],
            "A worker could not read it: id: missing",
            False,
        ),
        (
            {"age": timedelta(minutes=1)},
            [DONE, DONE, DONE, DONE, FAILED],
            "No worker has read it so far",
            False,
        ),
        (
            {"kind": "telnyx", "signed": False},
            [DONE, DONE, LEFT_OUT, DONE, OPEN],
            "A worker is about to read it.",
            True,
        ),
        ({"kind": "kannel"}, [DONE, DONE, DONE, DONE, OPEN], "A worker is about to", True),
    ],
)
def test_a_test_is_told_step_by_step(fields, marks, last, goes_on):
    found = told(**fields)

    assert found[0] == marks
    assert found[1].startswith(last)
    assert found[2] == goes_on


def test_where_there_was_no_test_nothing_goes_on():
    assert not arrivals.goes_on(None, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_a_press_sends_a_test_and_shows_how_far_it_came(live_server, settings, admin):
    settings.PUBLIC_URL = live_server.url
    settings.HOST, settings.PORT = live_server.thread.host, live_server.thread.port
    account = records.account(kind="kannel")

    fragment = admin.post(f"/accounts/{account.pk}/test/", headers=FRAGMENT)
    whole = admin.post(f"/accounts/{account.pk}/test/")
    callbacks.apply_all()

    assert "It was stored, and answered with 204" in fragment.content.decode()
    assert whole.url == f"/accounts/{account.pk}/"
    assert "A worker has read 1 report in it." in page(admin, account)


def test_an_account_of_a_kind_that_is_gone_is_not_found(admin):
    account = records.account(kind="pigeon")

    for part in ("", "arrivals/"):
        assert admin.get(f"/accounts/{account.pk}/{part}").status_code == 404
    assert admin.post(f"/accounts/{account.pk}/test/").status_code == 404


def test_only_those_who_manage_accounts_may_test_and_confirm(operator):
    account = records.account()

    assert operator.get(f"/accounts/{account.pk}/arrivals/").status_code == 403
    assert operator.post(f"/accounts/{account.pk}/test/").status_code == 403
    confirmation = f"/accounts/{account.pk}/subscriptions/1/confirm/"
    assert operator.post(confirmation).status_code == 403


def asked(**fields):
    account = records.account(kind="aws")
    account.credentials = {"topic_arns": TOPIC}
    account.save()
    made = {"topic": TOPIC, "token": "t", "ended": False, "received_at": timezone.now()}
    return Subscription.objects.create(account=account, **made | fields)


def confirm(client, question):
    address = f"/accounts/{question.account_id}/subscriptions/{question.pk}/confirm/"
    return client.post(address, follow=True).content.decode()


def test_a_subscription_is_confirmed_by_a_click(admin, monkeypatch):
    monkeypatch.setattr(Aws, "fetch", staticmethod(lambda _host, _path: b""))
    question = asked()
    assert TOPIC in page(admin, question.account)

    text = confirm(admin, question)

    assert "The subscription is confirmed." in text
    assert "by admin-person" in text


def test_a_subscription_that_asks_appears_by_itself(admin):
    question = asked()

    text = page(admin, question.account, "arrivals/")

    assert 'id="asked" hx-swap-oob="true"' in " ".join(text.split())
    assert TOPIC in text


def test_what_keeps_a_subscription_from_being_confirmed_is_told(admin, monkeypatch):
    def fails(_host, _path):
        raise OSError

    monkeypatch.setattr(Aws, "fetch", staticmethod(fails))

    assert "SNS could not be reached: try again." in confirm(admin, asked())


def test_a_subscription_that_has_ended_is_told_and_cannot_be_confirmed(admin):
    question = asked(ended=True)

    assert "Ended at the provider" in page(admin, question.account)
    address = f"/accounts/{question.account_id}/subscriptions/{question.pk}/confirm/"
    assert admin.post(address).status_code == 404


@pytest.mark.parametrize(
    ("hours", "kept"), [("48", "48"), ("", None), ("0", None), ("721", None), ("x", None)]
)
def test_how_long_receipts_are_waited_for_can_be_set(admin, hours, kept):
    account = records.account(kind="kannel")

    form = {"name": account.name, "receipt_hours": hours}
    response = admin.post(f"/accounts/{account.pk}/", form)

    account.refresh_from_db()
    assert account.credentials.get("receipt_hours") == kept
    if hours and not kept:
        assert "receipt_hours" in response.context["form"].errors
    assert "Left empty: 72" in page(admin, account)


def test_an_account_s_own_word_comes_before_its_provider_s():
    provider = registry.get("jasmin")

    assert provider.waits({"receipt_hours": "5"}) == timedelta(hours=5)
    assert provider.waits({}) == timedelta(hours=24)
