"""The first administrator: made once, told once."""

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import override_settings

from smsmonitor import first_admin

pytestmark = pytest.mark.django_db


def test_admin_gets_every_right_and_a_password_that_works(client):
    group, _ = Group.objects.get_or_create(name="admin")

    password = first_admin.create()

    admin = get_user_model().objects.get()
    assert (admin.username, admin.is_superuser) == ("admin", True)
    assert list(admin.groups.all()) == [group]
    assert client.login(username="admin", password=password)


def test_admin_is_made_only_where_there_is_no_user():
    get_user_model().objects.create_user("ann")

    assert first_admin.create() is None
    assert get_user_model().objects.count() == 1


def test_password_is_told_once_and_kept_nowhere(tmp_path):
    assert first_admin.welcome(tmp_path)
    assert not first_admin.welcome(tmp_path)

    assert first_admin.password_once(tmp_path)
    assert first_admin.password_once(tmp_path) is None
    assert "first_password" not in [path.name for path in tmp_path.iterdir()]


@override_settings(DEMO=True)
def test_demonstration_is_due_until_it_was_shown(tmp_path):
    first_admin.welcome(tmp_path)
    assert first_admin.demonstration_due(tmp_path)

    first_admin.demonstration_shown(tmp_path)

    assert not first_admin.demonstration_due(tmp_path)


@override_settings(DEMO=False)
def test_demonstration_can_be_left_out(tmp_path):
    first_admin.welcome(tmp_path)

    assert not first_admin.demonstration_due(tmp_path)


def test_command_tells_the_password_once():
    first, second = StringIO(), StringIO()

    call_command("create_first_admin", stdout=first)
    call_command("create_first_admin", stdout=second)

    assert first.getvalue().startswith("user admin, password ")
    assert second.getvalue().startswith("There are users already")
