"""Machines that call the API, one for each role."""

import pytest
from django.contrib.auth.models import Group, User
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from deliveries import roles


class Caller(APIClient):
    """A machine with a token; knows the name of its user."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self.user = User.objects.create_user(f"{role}-machine")
        self.user.groups.add(Group.objects.get(name=role))
        token = Token.objects.create(user=self.user)
        self.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")


@pytest.fixture
def marketer(db):
    return Caller(roles.MARKETER)


@pytest.fixture
def operator(db):
    return Caller(roles.OPERATOR)


@pytest.fixture
def admin(db):
    return Caller(roles.ADMIN)


@pytest.fixture
def anybody(db):
    return APIClient()
