"""The first administrator, and what the first start owes to a newcomer."""

import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

NAME = "admin"
_DEMONSTRATION = "demonstration_due"
_PASSWORD = "first_password"  # noqa: S105 - the name of a file


@transaction.atomic
def create() -> str | None:
    """Make the user `admin` where there is no user at all; return the password, else None."""
    users = get_user_model().objects
    if users.exists():
        return None
    password = secrets.token_urlsafe(12)
    admin = users.create_superuser(username=NAME, email="", password=password)
    admin.groups.add(*Group.objects.filter(name="admin"))
    return password


def welcome(home: Path) -> bool:
    """Make the first administrator, and note what is still to be told and shown."""
    password = create()
    if password is None:
        return False
    note = home / _PASSWORD
    note.touch(mode=0o600)
    note.write_text(password)
    if settings.DEMO:
        (home / _DEMONSTRATION).touch()
    return True


def password_once(home: Path) -> str | None:
    """Return the first password where nobody was told yet; afterwards it is kept nowhere."""
    note = home / _PASSWORD
    try:
        password = note.read_text()
    except FileNotFoundError:
        return None
    note.unlink()
    return password


def demonstration_due(home: Path) -> bool:
    """Tell whether the demonstration is owed: until it has once been shown to its end."""
    return settings.DEMO and (home / _DEMONSTRATION).exists()


def demonstration_shown(home: Path) -> None:
    """Note that the demonstration has ended."""
    (home / _DEMONSTRATION).unlink(missing_ok=True)
