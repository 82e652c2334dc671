"""Brings the database and the static files to the state that this version needs."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from smsmonitor import first_admin, requirements, static_files


class Command(BaseCommand):
    """Migrate, collect static files, make the first administrator."""

    help = "Migrate the database, collect static files, make the first administrator."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do what is not done yet."""
        try:
            requirements.check()
        except requirements.NotMet as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0, interactive=False)
        static_files.collect()
        first_admin.welcome(settings.SMSMONITOR_HOME)
