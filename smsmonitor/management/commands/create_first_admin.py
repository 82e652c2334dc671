"""Makes the first administrator by hand, where the system was not started with `make run`."""

from typing import Any

from django.core.management.base import BaseCommand

from smsmonitor import first_admin


class Command(BaseCommand):
    """Make the user `admin` where there is no user at all."""

    help = "Make the user admin with a generated password, where there is no user at all."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the password once."""
        password = first_admin.create()
        if password is None:
            self.stdout.write("There are users already; `manage.py changepassword` resets one.")
        else:
            self.stdout.write(f"user {first_admin.NAME}, password {password}")
