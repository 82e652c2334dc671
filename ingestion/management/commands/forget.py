"""Erase an address."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingestion import erasure
from messaging.addresses import BadAddress


class Command(BaseCommand):
    """Takes an address out of everything that is kept, for good."""

    help = "Erase an address from messages, events, callbacks, replies and exclusions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, and whether only to count."""
        parser.add_argument("address", help="a phone number with + and country, or an e-mail")
        parser.add_argument("--dry-run", action="store_true", help="count, erase nothing")

    def handle(self, *_args: Any, address: str, dry_run: bool, **_options: Any) -> None:
        """Erase and say how much there was; the address itself is not printed."""
        try:
            done = erasure.forget(address=address, by=None, at=timezone.now(), dry_run=dry_run)
        except BadAddress as error:
            raise CommandError(str(error)) from error
        for kind, count in asdict(done).items():
            self.stdout.write(f"{kind}: {count}")
        verdict = "Counted only: nothing was erased." if dry_run else "Erased."
        self.stdout.write(self.style.SUCCESS(verdict))
