"""Check the chain of every journal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deliveries import proving


class Command(BaseCommand):
    """Names the first broken line of each journal, or says that all stand."""

    help = "Check that no line of any journal was changed, put in or removed."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Check the system's journal and every delivery's; fail where one is broken."""
        proof = proving.all_journals()
        for fault in proof.faults:
            self.stderr.write(str(fault))
        if proof.faults:
            raise CommandError(
                f"{len(proof.faults)} journals are broken: the first fault of each is above."
            )
        self.stdout.write(self.style.SUCCESS(f"{proof.journals} journals stand."))
