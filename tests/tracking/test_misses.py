"""Guessers, and whoever shares an address with them."""

import random

import pytest

from tests.tracking.test_redirect import got
from tracking import domains, misses, tokens
from tracking.letterbox import letterbox
from tracking.models import Click, LinkTerms

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _one_window(monkeypatch):
    """Let no minute end in the middle of a test."""
    monkeypatch.setattr(misses, "WINDOW_SECONDS", 1e9)


@pytest.fixture
def looked_up(monkeypatch):
    """The tokens that the database was asked for."""
    asked = []
    find = letterbox.find
    monkeypatch.setattr(
        letterbox, "find", lambda token, month, **more: asked.append(token) or find(token, month)
    )
    return asked


def guesses(count):
    return ["".join(random.choices(tokens.DIGITS, k=11)) for _ in range(count)]


def well_formed(link, count):
    """Return tokens with a right check that no link has; who has not the key makes none."""
    serials = range(tokens.SERIALS - count, tokens.SERIALS)
    return list(tokens.make([link.message.pk] * count, serials))


def test_of_ten_thousand_guesses_none_hits_and_bad_checks_cost_no_look_up(
    client, make_link, looked_up
):
    make_link()
    guessed = guesses(10_000)

    statuses = [client.get(f"/l/{guess}").status_code for guess in guessed]

    assert statuses[: misses.MOST - 1] == [404] * (misses.MOST - 1)
    assert set(statuses) == {404, 429}
    assert looked_up == [guess for guess in guessed if tokens.month(guess)]
    assert len(looked_up) < 10
    assert not Click.objects.exists()


def test_links_lead_on_from_an_address_that_guesses(client, make_link):
    cold_link, asking = make_link(), make_link(mode="opt_out")
    for guess in guesses(misses.MOST + 1):
        answer = client.get(f"/l/{guess}")
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")

    assert client.get(cold_link.path)["Location"] == "https://example.com/a"
    assert client.get(asking.path).status_code == 200
    # Another address has guessed nothing.
    assert client.get("/l/aaaaaaaaaaa", REMOTE_ADDR="203.0.113.9").status_code == 404


def test_guesses_on_a_short_domain_count_and_what_browsers_ask_for_does_not(client, make_link):
    link = make_link()
    domains.give(account_id=link.delivery.account_id, address=domains.check("s.example"))
    host = {"host": "s.example"}
    for _ in range(misses.MOST):
        assert client.get("/favicon.ico", headers=host).status_code == 404
    statuses = {client.get(f"/{guess}", headers=host).status_code for guess in guesses(100)}

    assert statuses == {404, 429}
    assert client.get(f"/{link.token}", headers=host)["Location"] == "https://example.com/a"


def test_what_is_unknown_waits_and_is_looked_up_until_there_are_very_many(
    client, make_link, looked_up, monkeypatch
):
    warm_link, cold_link = make_link(), make_link()
    client.get(warm_link.path)
    monkeypatch.setattr(misses.unknown, "most", 40)
    statuses = [client.get(f"/l/{one}").status_code for one in well_formed(cold_link, 40)]
    assert statuses == [404] * (misses.MOST - 1) + [429] * (41 - misses.MOST)
    looked_up.clear()

    answer = client.get(cold_link.path)

    assert (answer.status_code, answer["Retry-After"], looked_up) == (429, "60", [])
    assert client.get(warm_link.path).status_code == 302
    assert client.get(cold_link.path, REMOTE_ADDR="203.0.113.9").status_code == 302


def test_links_that_are_over_are_no_guesses_and_are_answered_as_those_that_never_were(
    client, make_link
):
    over = make_link()
    LinkTerms.objects.create(delivery=over.delivery, days=0)
    assert {client.get(over.path).status_code for _ in range(misses.MOST)} == {404}

    for guess in guesses(misses.MOST):
        never = client.get(f"/l/{guess}")

    gone = client.get(over.path)
    assert (gone.status_code, gone.content) == (never.status_code, never.content)
    assert gone["Retry-After"] == "60"


def test_at_the_door_it_is_the_same(make_link):
    link = make_link()
    for guess in guesses(misses.MOST):
        status, _headers = got(f"/l/{guess}")

    assert (status, got(link.path)[0], got(link.path)[0]) == ("429", "302", "302")
