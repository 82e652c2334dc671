"""The door of short links, as browsers, robots and guessers meet it."""

import re
from datetime import timedelta

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deliveries.models import Counter
from messaging.statuses import AddressStatus
from quarantine.models import Address, Word
from storage.ids import lowest_id
from tests import records
from tracking import domains, redirect, tokens, warm
from tracking.models import Click, Link, LinkTerms

pytestmark = pytest.mark.django_db(transaction=True)

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15"


@pytest.fixture
def client():
    return Client(headers={"user-agent": IPHONE, "accept-language": "en"})


def told(answer):
    """What somebody who compares answers could tell them apart by."""
    return answer.status_code, answer.content, sorted(answer.headers.items())


def test_a_click_is_stored_and_sent_where_its_link_leads(client, make_link):
    link = make_link("https://example.com/a?b=c#d")

    answer = client.get(link.path, REMOTE_ADDR="203.0.113.77")

    assert (answer.status_code, answer["Location"]) == (302, "https://example.com/a?b=c#d")
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex")
    assert (answer["Referrer-Policy"], answer.cookies) == ("no-referrer", {})
    click = Click.objects.get()
    assert (click.message_id, click.delivery_id) == (link.message.pk, link.delivery.pk)
    assert (click.url_id, click.method, click.user_agent) == (link.row.url_id, "GET", IPHONE)
    assert (click.network, click.verdict, click.reasons) == ("203.0.113.0/24", "unjudged", [])
    assert click.headers == {"accept-language": "en"}
    assert abs(click.at - timezone.now()) < timedelta(minutes=1)


def test_what_tells_a_robot_is_kept(client, make_link):
    client.get(
        make_link().path,
        headers={
            "sec-purpose": "prefetch",
            "referer": "https://mail.example/who?secret",
            "cookie": "a=b",
            "x-moz": "prefetch\x00" + "a" * 500,
        },
    )

    click = Click.objects.get()
    assert click.headers.keys() == {"accept-language", "sec-purpose", "referrer", "x-moz"}
    assert click.headers["referrer"] == "mail.example"
    assert len(click.headers["x-moz"]) < 200


def test_head_is_answered_as_get_without_a_body(client, make_link):
    answer = client.head(make_link().path)

    assert (answer.status_code, answer.content) == (302, b"")
    assert Click.objects.get().method == "HEAD"


def test_every_click_counts_and_a_warm_link_costs_one_statement(client, make_link):
    link = make_link()
    client.get(link.path)
    warm._hosts = (float("inf"), {})

    for _ in range(3):
        client.get(link.path)

    assert Click.objects.count() == 4
    assert Click.objects.values("request_id").distinct().count() == 4


def test_personal_fields_lead_each_recipient_somewhere_else(client, make_link):
    link = make_link("https://example.com/{{name}}", fields={"name": "Zoë/1"})

    assert client.get(link.path)["Location"] == "https://example.com/Zo%C3%AB%2F1"


def test_an_own_domain_has_links_at_its_top(client, make_link):
    link = make_link()
    domains.give(account_id=link.delivery.account_id, address=domains.check("s.example"))

    answer = client.get(f"/{link.token}", headers={"host": "S.Example:80"})

    assert answer["Location"] == "https://example.com/a"
    # There is nothing else, and no way to our pages.
    for path in ("/", "/login/", "/deliveries/", "/aaaaaaaaaaa"):
        other = client.get(path, headers={"host": "s.example"})
        assert told(other) == told(client.get("/l/nothing"))


def test_unknown_expired_and_foreign_links_look_alike(client, make_link, settings):
    nothing = told(client.get("/l/aaaaaaaaaaa"))
    assert nothing[0] == 404
    unknown = next(tokens.make([make_link().message.pk], [tokens.SERIALS - 1]))
    expired, erased, foreign = make_link(), make_link(), make_link()
    LinkTerms.objects.create(delivery=expired.delivery, days=0)
    erased.row.delete()
    settings.SECRET_KEY, before = "another key that nobody else here has", settings.SECRET_KEY
    other_system = next(tokens.make([foreign.message.pk], [1]))
    settings.SECRET_KEY = before
    other = records.account()
    domains.give(account_id=other.pk, address=domains.check("other.example"))

    for token in (unknown, expired.token, erased.token, other_system, "a", "a" * 12, "", "a/b"):
        assert told(client.get(f"/l/{token}")) == nothing
    assert told(client.post(expired.path)) == nothing
    assert told(client.post(foreign.path)) == nothing
    on_other = client.get(f"/{foreign.token}", headers={"host": "other.example"})
    assert told(on_other) == nothing
    assert not Click.objects.exists()


def test_a_link_works_for_as_long_as_its_delivery_says(client, make_link):
    link = make_link()
    Link.objects.filter(message_id=link.message.pk).update(
        id=lowest_id(timezone.now() - timedelta(days=181))
    )
    assert client.get(link.path).status_code == 404

    LinkTerms.objects.create(delivery=link.delivery, days=200)
    assert client.get(link.path).status_code == 302


def test_the_time_of_a_link_begins_with_the_delivery(client, make_link):
    link = make_link(started_at=timezone.now())
    Link.objects.filter(message_id=link.message.pk).update(
        id=lowest_id(timezone.now() - timedelta(days=181))
    )

    assert client.get(link.path).status_code == 302


def test_no_other_method_is_known(client, make_link):
    link = make_link()

    for path in (link.path, "/l/aaaaaaaaaaa"):
        answer = client.put(path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("glued", [".Now", ",now", "…", "?a=b", ")", "!now", "-now"])
def test_words_that_a_phone_takes_for_a_part_of_a_link_do_not_break_it(client, make_link, glued):
    link = make_link()
    domains.give(account_id=link.delivery.account_id, address=domains.check("s.example"))

    for path, host in ((link.path, "localhost"), (f"/{link.token}", "s.example")):
        answer = client.get(f"{path}{glued}", headers={"host": host})
        assert answer.headers.get("Location") == "https://example.com/a"
    assert Click.objects.count() == 2


def test_pages_of_ours_are_never_taken_for_links(client, make_link):
    link = make_link()

    assert client.get(f"/{link.token}")["Location"] == "https://example.com/a"
    assert client.get("/aaaaaaaaaaa").status_code == 404
    assert b"This link leads nowhere" not in client.get("/aaaaaaaaaaa").content
    assert client.get("/healthz").status_code == 200
    assert client.get("/", headers={"host": "unknown.example"}).status_code == 400


def test_the_page_of_a_lost_link_speaks_the_visitors_language():
    english = Client().get("/l/a")
    italian = Client().get("/l/a", headers={"accept-language": "it-IT,it;q=0.9"})

    assert b"This link leads nowhere" in english.content
    assert b'lang="it"' in italian.content
    assert "default-src 'none'" in english["Content-Security-Policy"]
    assert b"<script" not in english.content


EVIL = ["evil.example", "https://evil.example/", "//evil.example", "evil.example:80", "[::1]", ""]
TAILS = ["", "//evil.example", "/..//evil.example", "\\evil.example", "@evil.example", "?to=//evil"]
# As a web server hands on what was asked: bytes, each a character.
BYTES = st.text(st.characters(max_codepoint=255), max_size=30)
REQUESTS = st.fixed_dictionaries(
    {
        "before": st.sampled_from(["/l/", "/", "//", "/l//", "/L/"]),
        "tail": st.sampled_from(TAILS) | BYTES,
        "QUERY_STRING": st.sampled_from(["", *EVIL]).map("next={0}&url={0}".format) | BYTES,
        "REQUEST_METHOD": st.sampled_from(["GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE"]),
        "header": st.sampled_from(
            [
                "HOST",
                "REFERER",
                "X_FORWARDED_HOST",
                "X_FORWARDED_PROTO",
                "LOCATION",
                "X_REWRITE_URL",
            ]
        ),
        "value": st.sampled_from([*EVIL, "s.example", "S.Example.:443"]) | BYTES,
        "of_a_link": st.booleans(),
    }
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REQUESTS)
def test_no_request_is_sent_anywhere_but_to_a_stored_url(fuzzed, asked):
    before = asked.pop("before") + fuzzed.token if asked.pop("of_a_link") else "/l/"
    asked["PATH_INFO"] = before + asked.pop("tail")
    asked[f"HTTP_{asked.pop('header')}"] = value = asked.pop("value")
    form = {"next": value, "url": value}
    environ = RequestFactory().post("/", form).environ | asked

    status, headers = at_the_door(environ)

    assert headers.get("Location", "https://example.com/a") == "https://example.com/a"
    assert status in {"302", "400", "404", "405", "429"}
    assert (status == "302") == ("Location" in headers)


@pytest.fixture
def fuzzed(make_link):
    link = make_link()
    domains.give(account_id=link.delivery.account_id, address=domains.check("s.example"))
    return link


def test_a_stored_destination_that_is_none_is_never_sent(client, make_link):
    link = make_link("https://example.com/{{a}}", fields={"a": "b"})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracking_link SET destination = 'javascript:alert(1)'")
        cursor.execute("UPDATE tracking_trackedurl SET url = 'javascript:alert(1)'")

    assert client.get(link.path).status_code == 404


def test_opting_out_asks_first_and_is_done_by_the_button(client, make_link):
    link = make_link(mode="opt_out", sender="ACME")

    page = client.get(link.path)

    assert (page.status_code, "Location" in page) == (200, False)
    assert b"ACME will stop sending text messages to your number." in page.content
    assert not Address.objects.exists()
    assert client.head(link.path).status_code == 200
    assert not Address.objects.exists()
    sent = re.search(rb'name="confirmation"\s+value="(\w+)"', page.content)[1].decode()
    # Neither does a form that is not this page's.
    assert b"<form" in client.post(link.path).content
    assert b"<form" in client.post(link.path, {"confirmation": "ü"}).content
    assert not Address.objects.exists()

    for _ in range(2):
        done = client.post(link.path, {"confirmation": sent})
        assert b"You will get no more text messages from ACME" in done.content

    address = Address.objects.get()
    assert (address.address, address.status) == (link.message.address, AddressStatus.DENYLISTED)
    word = Word.objects.get()
    assert (word.message_id, word.delivery_id) == (link.message.pk, link.delivery.pk)
    assert word.text == "opt-out link"
    opted = Counter.objects.filter(delivery=link.delivery, figure="opt_outs")
    assert sum(opted.values_list("value", flat=True)) == 1
    assert Click.objects.count() == 2


def test_opting_out_of_an_e_mail_leaves_the_mailbox_alone(client, make_link):
    link = make_link(mode="opt_out", channel="email", sender="ACME")
    type(link.message).objects.update(address="anna@example.org")

    page = client.get(link.path)

    assert b"ACME will stop sending e-mails to your address." in page.content
    sent = re.search(rb'name="confirmation"\s+value="(\w+)"', page.content)[1].decode()
    done = client.post(link.path, {"confirmation": sent})
    assert b"You will get no more e-mails from ACME at this address." in done.content
    assert list(Address.objects.values_list("channel", "address", "status")) == [
        ("email", "anna@example.org", AddressStatus.DENYLISTED)
    ]


def test_a_page_without_a_sender_and_of_an_erased_message(client, make_link):
    link = make_link(mode="opt_out")
    page = client.get(link.path)
    assert b"We will stop sending text messages to your number." in page.content
    sent = re.search(rb'name="confirmation"\s+value="(\w+)"', page.content)[1].decode()
    type(link.message).objects.update(address="")

    assert client.post(link.path, {"confirmation": sent}).status_code == 200
    assert not Address.objects.exists()


def at_the_door(environ):
    """Ask as a web server does."""
    started = []
    body = redirect.at_the_door(WSGIHandler())(
        environ,
        lambda status, headers: started.append((status[:3], dict(headers))),
    )
    assert b"".join(body) == b"" or started[0][0] != "302"
    return started[0]


def got(path, **environ):
    return at_the_door(RequestFactory().get(path, **environ).environ)


def test_a_warm_link_is_answered_at_the_door_as_a_cold_one_is_behind_it(make_link):
    link = make_link()
    behind = got(link.path)
    before = got(link.path)

    assert behind[0] == before[0] == "302"
    headers = ("Location", "Cache-Control", "Referrer-Policy", "X-Robots-Tag", "Content-Length")
    assert [behind[1][name] for name in headers] == [before[1][name] for name in headers]
    assert "Content-Type" not in before[1]
    assert Click.objects.count() == 2


def test_the_door_lets_everything_else_pass(make_link):
    asking = make_link(mode="opt_out")
    other = make_link()
    domains.give(account_id=records.account().pk, address=domains.check("other.example"))
    for link in (asking, other):
        got(link.path)

    assert got(asking.path)[0] == "200"
    assert got("/aaaaaaaaaaa")[0] == "404"
    assert got("/healthz")[0] == "200"
    assert got(f"/{other.token}", HTTP_HOST="other.example")[0] == "404"
