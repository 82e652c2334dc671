"""People, their roles, passwords and tokens."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from dashboard import people
from deliveries.models import AuditEvent
from tests.dashboard.conftest import logged_in
from tests.dashboard.queries import cost


def text_of(response):
    return response.content.decode()


def secret_in(response):
    return re.search(r'<input id="secret" value="([^"]+)"', text_of(response)).group(1)


def change(client, user, *, role, active=True):
    form = {"role": role} | ({"active": "on"} if active else {})
    return client.post(f"/users/{user.pk}/", form)


def role(user):
    return people.role_of(User.objects.get(pk=user.pk))


def test_a_new_user_gets_a_role_and_a_password_that_is_shown_once(admin):
    response = admin.post("/users/new/", {"username": "anna", "email": "", "role": "operator"})

    anna = User.objects.get(username="anna")
    assert Client().login(username="anna", password=secret_in(response))
    assert role(anna) == "operator"
    assert "no-store" in response["Cache-Control"]


def test_a_second_press_adds_nobody_twice_and_shows_the_password_that_holds(admin):
    form = {"username": "anna", "email": "", "role": "operator"}
    admin.post("/users/new/", form)

    response = admin.post("/users/new/", form)

    assert Client().login(username="anna", password=secret_in(response))


def test_a_name_that_is_taken_is_told(admin):
    User.objects.create_user("anna", date_joined=timezone.now() - timedelta(hours=1))

    response = admin.post("/users/new/", {"username": "anna", "email": "", "role": "operator"})

    assert response.context["form"].errors["username"] == ["There is a user of this name already."]


def test_a_form_that_is_wrong_adds_nobody(admin):
    response = admin.post("/users/new/", {"username": "a b", "email": "x", "role": "king"})

    assert set(response.context["form"].errors) == {"username", "email", "role"}
    assert User.objects.count() == 1


def test_a_role_is_changed_and_journaled(admin):
    anna = logged_in("marketer", "anna").user

    response = change(admin, anna, role="operator")

    assert (response.status_code, role(anna)) == (302, "operator")
    line = AuditEvent.objects.get()
    assert (line.text, line.actor) == ("User anna: operator, active.", "admin-person")


def test_saving_the_same_again_changes_and_journals_nothing(admin):
    anna = logged_in("marketer", "anna").user

    change(admin, anna, role="marketer")

    assert AuditEvent.objects.count() == 0


def test_a_deactivated_user_is_out_at_once(admin):
    anna = logged_in("marketer", "anna")

    change(admin, anna.user, role="marketer", active=False)

    assert anna.get("/deliveries/").status_code == 302


@pytest.mark.parametrize(("new_role", "active"), [("marketer", True), ("admin", False)])
def test_the_last_active_administrator_stays(admin, new_role, active):
    response = change(admin, admin.user, role=new_role, active=active)

    assert "This is the last active administrator" in text_of(response)
    assert role(admin.user) == "admin"


def test_an_administrator_may_go_when_another_stays(admin):
    logged_in("admin", "anna")

    assert change(admin, admin.user, role="marketer").status_code == 302


def test_a_deactivated_administrator_does_not_count_as_another(admin):
    anna = logged_in("admin", "anna").user
    User.objects.filter(pk=anna.pk).update(is_active=False)

    assert change(admin, admin.user, role="marketer").status_code == 200


def test_a_superuser_is_an_administrator_until_a_role_is_set(admin):
    root = User.objects.create_superuser("root")
    assert people.role_of(root) == "admin"
    assert "Administrator" in text_of(admin.get("/users/"))

    change(admin, root, role="marketer")

    root.refresh_from_db()
    assert (root.is_superuser, role(root)) == (False, "marketer")


def test_a_reset_password_holds_and_ends_sessions(admin):
    anna = logged_in("marketer", "anna")

    response = admin.post(f"/users/{anna.user.pk}/password/")

    assert Client().login(username="anna", password=secret_in(response))
    assert anna.get("/deliveries/").status_code == 302


def test_a_token_opens_the_api_until_it_is_revoked(admin):
    anna = logged_in("operator", "anna").user
    token = secret_in(admin.post(f"/users/{anna.pk}/token/"))
    headers = {"Authorization": f"Token {token}"}
    assert Client().get("/api/v1/deliveries/", headers=headers).status_code == 200

    admin.post(f"/users/{anna.pk}/token/revoke/")

    assert Client().get("/api/v1/deliveries/", headers=headers).status_code == 401


def test_a_new_token_takes_the_place_of_the_old_one(admin):
    anna = logged_in("operator", "anna").user
    old = secret_in(admin.post(f"/users/{anna.pk}/token/"))

    new = secret_in(admin.post(f"/users/{anna.pk}/token/"))

    assert old != new
    assert old not in text_of(admin.get(f"/users/{anna.pk}/"))


def test_revoking_a_token_twice_is_harmless(admin):
    anna = logged_in("operator", "anna").user

    response = admin.post(f"/users/{anna.pk}/token/revoke/", follow=True)

    assert "There was no API token to revoke." in text_of(response)


@pytest.mark.parametrize("act", ["password", "token", "token/revoke"])
def test_acts_on_nobody_are_not_found_or_harmless(admin, act):
    assert admin.post(f"/users/999/{act}/").status_code == 404


@pytest.mark.parametrize("act", ["password", "token", "token/revoke"])
def test_acts_are_only_taken_by_post(admin, act):
    assert admin.get(f"/users/{admin.user.pk}/{act}/").status_code == 405


@pytest.mark.parametrize("path", ["/users/", "/users/new/", "/users/1/"])
def test_only_administrators_open_users(operator, path):
    assert operator.get(path).status_code == 403


@pytest.mark.parametrize("act", ["", "password/", "token/", "token/revoke/"])
def test_only_administrators_change_users(operator, act):
    response = operator.post(f"/users/{operator.user.pk}/{act}", {"role": "admin", "active": "on"})

    assert (response.status_code, role(operator.user)) == (403, "operator")


def test_one_row_costs_as_many_queries_as_three(admin):
    one = cost(admin, "/users/")

    logged_in("marketer", "anna")
    logged_in("operator", "bruno")

    assert cost(admin, "/users/") == one
