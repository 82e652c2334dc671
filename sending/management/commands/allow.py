"""`manage.py allow ADDRESS`: write to an address although it is in quarantine."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from messaging.addresses import BadAddress
from sending import allowing
from sending.allowing import AllowedAlready


class Command(BaseCommand):
    """Put an address on the list of those whose errors are ignored, or take it off."""

    help = "Write to an address although it is in quarantine; --remove takes that back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, and why."""
        parser.add_argument("address")
        parser.add_argument("--reason", default="")
        parser.add_argument("--remove", action="store_true")

    def handle(self, *, address: str, reason: str, remove: bool, **_options: Any) -> None:
        """Do it and say so."""
        acting: dict[str, Any] = {"reason": reason, "by": None, "at": timezone.now()}
        try:
            if not remove:
                allowing.allow(address=address, **acting)
            elif row := allowing.find(address):
                allowing.withdraw(allowed_id=row.pk, **acting)
            else:
                self.stdout.write("It was so already.")
                return
        except BadAddress as error:
            raise CommandError(str(error)) from error
        except AllowedAlready:
            self.stdout.write("It was so already.")
            return
        self.stdout.write("Done.")
