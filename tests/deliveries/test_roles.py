"""Roles: three groups, each with its rights and no others, whatever was done to them."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

from deliveries import roles

pytestmark = pytest.mark.django_db


def rights(role):
    user = get_user_model().objects.create_user(role)
    user.groups.add(Group.objects.get(name=role))
    return user.get_all_permissions()


@pytest.mark.parametrize("role", [roles.MARKETER, roles.OPERATOR, roles.ADMIN])
def test_migrating_makes_each_role_with_its_rights(role):
    assert rights(role) == set(roles.RIGHTS[role])


def test_an_operator_reads_addresses_and_launches_but_does_not_administer():
    assert rights(roles.OPERATOR) == {
        "deliveries.view_addresses",
        "deliveries.launch_delivery",
        "providers.handle_callbacks",
    }


def test_an_admin_may_all_that_an_operator_may():
    assert set(roles.RIGHTS[roles.OPERATOR]) < rights(roles.ADMIN)


def test_a_role_is_put_right_again():
    group = Group.objects.get(name=roles.MARKETER)
    group.permissions.add(Permission.objects.get(codename="view_addresses"))
    Group.objects.get(name=roles.ADMIN).delete()

    roles.ensure()

    assert rights(roles.MARKETER) == set()
    assert rights(roles.ADMIN) == set(roles.RIGHTS[roles.ADMIN])
