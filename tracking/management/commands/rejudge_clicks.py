"""Judge all clicks again by the rules of today."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracking import rejudging


class Command(BaseCommand):
    """Has the worker judge all clicks again, or says what that would change."""

    help = "Judge all clicks again by the rules of today; --dry-run only says what would move."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to preview."""
        parser.add_argument("--dry-run", action="store_true", help="change nothing")

    def handle(self, *_args: Any, dry_run: bool, **_options: Any) -> None:
        """Print what would move, or that it has begun."""
        if dry_run:
            told = rejudging.preview()
            for (before, now), number in sorted(told.by.items()):
                self.stdout.write(f"{before} -> {now}: {number}")
            most = "at least " if told.at_least else ""
            self.stdout.write(f"{most}{told.moved} of {told.examined} clicks would move.")
            return
        try:
            row = rejudging.begin(by=None, at=timezone.now())
        except rejudging.NotNow as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            self.style.SUCCESS(f"Begun, by version {row.rules} of the rules: the worker goes on.")
        )
