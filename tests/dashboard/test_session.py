"""Coming, going, and how the pages look to a person."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from dashboard.models import LoginFailure
from tests.dashboard.conftest import FRAGMENT

PASSWORD = "a long secret"


@pytest.fixture
def anna(db):
    return User.objects.create_user("anna", password=PASSWORD)


def try_login(password, username="anna", address="192.0.2.1", **fields):
    data = {"username": username, "password": password, **fields}
    return Client().post("/login/", data, REMOTE_ADDR=address)


def test_a_page_asks_for_a_login_and_leads_back_to_itself(client, db):
    response = client.get("/deliveries/?label=launch")

    assert response.url == "/login/?next=/deliveries/%3Flabel%3Dlaunch"


def test_a_fragment_asked_for_without_a_session_loads_the_login_as_a_page(client, db):
    shown = "http://testserver/deliveries/7/?step=hour"

    response = client.get("/deliveries/live/", headers={**FRAGMENT, "HX-Current-URL": shown})

    assert (response.status_code, response["HX-Redirect"]) == (
        204,
        "/login/?next=/deliveries/7/%3Fstep%3Dhour",
    )


def test_the_right_password_leads_to_the_page_asked_for(anna):
    assert try_login(PASSWORD, next="/deliveries/?label=x").url == "/deliveries/?label=x"


@pytest.mark.parametrize(
    "next_page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_a_login_never_leads_to_another_site(anna, next_page):
    assert try_login(PASSWORD, next=next_page).url == "/"


def test_a_wrong_password_is_told_and_counted(anna):
    response = try_login("wrong")

    assert response.status_code == 200
    assert LoginFailure.objects.count() == 2


def test_the_sixth_wrong_password_of_a_user_from_an_address_is_not_looked_at(anna):
    answers = [try_login("wrong").status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]
    assert try_login(PASSWORD).status_code == 429


def test_a_throttled_login_says_when_to_try_again(anna):
    for _ in range(5):
        try_login("wrong")

    response = try_login(PASSWORD)

    assert response["Retry-After"] == "900"
    assert "Too many wrong passwords. Wait 15 minutes" in response.content.decode()


def test_another_spelling_of_the_user_name_does_not_begin_anew(anna):
    for _ in range(5):
        try_login("wrong")

    assert try_login("wrong", username="ANNA").status_code == 429


def test_another_address_is_not_held_back_by_the_first(anna):
    for _ in range(5):
        try_login("wrong")

    assert try_login(PASSWORD, address="192.0.2.2").status_code == 302


def test_thirty_wrong_passwords_close_an_address_to_all_users(anna):
    for number in range(30):
        try_login("wrong", username=f"user{number}")

    assert try_login(PASSWORD).status_code == 429


def test_refused_attempts_do_not_prolong_the_waiting(anna):
    for _ in range(8):
        try_login("wrong")

    assert LoginFailure.objects.count() == 10


def test_the_right_password_forgets_the_wrong_ones_before_it(anna):
    for _ in range(4):
        try_login("wrong")

    try_login(PASSWORD)

    assert [try_login("wrong").status_code for _ in range(5)] == [200] * 5


def test_after_fifteen_minutes_the_door_opens_again(anna):
    for _ in range(5):
        try_login("wrong")
    LoginFailure.objects.update(at=timezone.now() - timedelta(minutes=15, seconds=1))

    assert try_login(PASSWORD).status_code == 302
    assert LoginFailure.objects.count() == 0


def test_failures_tell_neither_user_nor_address(anna):
    try_login("wrong")

    assert [len(key) for key in LoginFailure.objects.values_list("key", flat=True)] == [64, 64]


def test_a_login_without_password_or_with_a_null_character_is_a_mistake_not_an_attempt(anna):
    answers = [try_login(""), try_login("x", username="an\0na")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert LoginFailure.objects.count() == 0


def test_logging_out_needs_a_form_and_ends_the_session(marketer):
    assert marketer.get("/logout/").status_code == 405

    assert marketer.post("/logout/").url == "/login/"
    assert marketer.get("/deliveries/").status_code == 302


def test_a_new_password_keeps_the_session_and_is_confirmed(marketer):
    response = marketer.post(
        "/password/",
        {
            "old_password": PASSWORD,
            "new_password1": "another long secret",
            "new_password2": "another long secret",
        },
        follow=True,
    )

    assert "Your password has been changed." in response.content.decode()
    marketer.user.refresh_from_db()
    assert marketer.user.check_password("another long secret")


def test_a_chosen_appearance_is_in_the_next_page_from_its_first_byte(marketer):
    response = marketer.post("/theme/", {"theme": "dark", "next": "/deliveries/?label=x"})

    assert response.url == "/deliveries/?label=x"
    assert 'data-theme="dark"' in marketer.get("/deliveries/").content.decode()


def test_an_unknown_appearance_changes_nothing_and_leads_to_no_other_site(client, db):
    response = client.post("/theme/", {"theme": "pink", "next": "https://evil.example/"})

    assert (response.url, dict(response.cookies)) == ("/", {})


def test_a_page_that_is_no_page_of_ours_is_no_fault_of_ours(client, db):
    response = client.post("/theme/", {"theme": "dark", "next": "999"})

    assert (response.status_code, response.url) == (302, "999")


def test_a_chosen_language_is_spoken(client, db):
    client.post("/language/", {"language": "it", "next": "/login/"})

    assert '<html lang="it"' in client.get("/login/").content.decode()


def test_pages_allow_nothing_inline(client, db):
    page = client.get("/login/")

    assert "'unsafe-inline'" not in page["Content-Security-Policy"]
    assert " style=" not in page.content.decode()
