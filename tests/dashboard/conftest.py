"""People who are logged in, one for each role."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from deliveries import roles

FRAGMENT = {"HX-Request": "true"}


def logged_in(role, username=None):
    user = User.objects.create_user(username or f"{role}-person", password="a long secret")
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def marketer(db):
    return logged_in(roles.MARKETER)


@pytest.fixture
def operator(db):
    return logged_in(roles.OPERATOR)


@pytest.fixture
def admin(db):
    return logged_in(roles.ADMIN)
