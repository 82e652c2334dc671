"""Who may log in, and as what: adding people, changing their role, closing their account."""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from deliveries import journal, roles

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# From the least to the most a person may do.
ROLES = (roles.MARKETER, roles.OPERATOR, roles.ADMIN)
# Adding somebody again within this time is the second press of one button.
SAME_ACT = timedelta(seconds=10)


class LastAdministrator(Exception):
    """Nobody would be left who can let people in."""

    def __init__(self) -> None:
        super().__init__(_("This is the last active administrator: make another one first."))


class NameTaken(Exception):
    """Somebody has that user name."""

    def __init__(self) -> None:
        super().__init__(_("There is a user of this name already."))


def listed() -> QuerySet[User]:
    """Return everybody by name, each with `role` and `has_token`, in one query."""
    role = Group.objects.filter(user=OuterRef("pk"), name__in=ROLES)
    return User.objects.annotate(
        role=Subquery(role.order_by("name").values("name")[:1]),
        has_token=Exists(_tokens().filter(user=OuterRef("pk"))),
    ).order_by("username")


@transaction.atomic
def add(*, username: str, email: str, role: str, by: User, at: datetime) -> tuple[User, str]:
    """Let somebody in; return the user and the first password, which is kept nowhere.

    Who presses the button twice adds one person, and sees the password that holds.
    """
    password = new_password()
    try:
        with transaction.atomic():
            user = User.objects.create_user(username=username, email=email, password=password)
    except IntegrityError as error:
        user = User.objects.select_for_update().get(username=username)
        if user.last_login is not None or at - user.date_joined > SAME_ACT:
            raise NameTaken from error
        user.set_password(password)
        user.save(update_fields=["password"])
    user.groups.set(Group.objects.filter(name=role))
    _note("USR-1001", f"User {username} added as {role}.", by=by, at=at)
    return user, password


@transaction.atomic
def change(*, user_id: int, role: str, active: bool, by: User, at: datetime) -> User:
    """Give somebody one role, open or closed; raise LastAdministrator where nobody would stay."""
    _lock()
    user = User.objects.get(pk=user_id)
    held = role_of(user)
    if (held, user.is_active) == (role, active):
        return user
    if not (active and role == roles.ADMIN) and _is_last_administrator(user):
        raise LastAdministrator
    user.groups.remove(*Group.objects.filter(name__in=ROLES))
    user.groups.add(*Group.objects.filter(name=role))
    # A superuser may do everything whatever the role: a role that is set is meant.
    user.is_superuser = user.is_superuser and role == roles.ADMIN
    user.is_active = active
    user.save(update_fields=["is_superuser", "is_active"])
    state = "active" if active else "deactivated"
    _note("USR-1002", f"User {user.username}: {role}, {state}.", by=by, at=at)
    return user


@transaction.atomic
def reset_password(*, user_id: int, by: User, at: datetime) -> tuple[User, str]:
    """Give somebody a new password, which ends their sessions; it is shown once."""
    user = User.objects.select_for_update().get(pk=user_id)
    password = new_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    _note("USR-1003", f"Password of {user.username} reset.", by=by, at=at)
    return user, password


@transaction.atomic
def new_token(*, user_id: int, by: User, at: datetime) -> tuple[User, str]:
    """Give somebody a new API token in the place of the old one; it is shown once."""
    user = User.objects.select_for_update().get(pk=user_id)
    _tokens().filter(user=user).delete()
    token = _tokens().create(user=user)
    _note("USR-1004", f"API token made for {user.username}.", by=by, at=at)
    return user, str(token.key)


@transaction.atomic
def revoke_token(*, user_id: int, by: User, at: datetime) -> bool:
    """Take the API token away; tell whether there was one."""
    user = User.objects.select_for_update().get(pk=user_id)
    deleted, _rows = _tokens().filter(user=user).delete()
    if deleted:
        _note("USR-1005", f"API token of {user.username} revoked.", by=by, at=at)
    return bool(deleted)


def role_of(user: User) -> str:
    """Return the role somebody has; a superuser without one may do what an administrator may."""
    held = user.groups.filter(name__in=ROLES).values_list("name", flat=True).first()
    return held or (roles.ADMIN if user.is_superuser else "")


def role_label(role: str) -> "StrOrPromise":
    """Return a role as people read it."""
    names = {
        roles.MARKETER: _("Marketer"),
        roles.OPERATOR: _("Operator"),
        roles.ADMIN: _("Administrator"),
    }
    return names.get(role, _("No role"))


def new_password() -> str:
    """Return a password of 96 random bits that can be read out."""
    return "-".join(secrets.token_hex(3) for _part in range(4))


def _tokens() -> Any:
    """Return the API's tokens: the app registry knows their table, so nothing need be imported."""
    model: Any = apps.get_model("authtoken", "Token")
    return model.objects


def _lock() -> None:
    """Let changes of roles wait for each other: two admins may demote each other at once."""
    list(Group.objects.select_for_update().filter(name=roles.ADMIN))


def _is_last_administrator(user: User) -> bool:
    administrators = User.objects.filter(
        Q(groups__name=roles.ADMIN) | Q(is_superuser=True), is_active=True
    )
    return set(administrators.values_list("pk", flat=True)) == {user.pk}


def _note(code: str, text: str, *, by: User, at: datetime) -> None:
    journal.write(delivery=None, code=code, text=text, by=by, at=at)
