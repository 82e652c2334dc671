"""Make partitions ahead of time and drop those past their retention."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingestion import maintenance


class Command(BaseCommand):
    """What the worker does every hour, by hand."""

    help = "Make partitions ahead of time and drop those past their retention."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do the round and say what was done; fail where rows lie outside every partition."""
        done = maintenance.maintain(at=timezone.now())
        for name in done.created:
            self.stdout.write(f"created {name}")
        for name in done.dropped:
            self.stdout.write(f"dropped {name}")
        if done.strays:
            tables = ", ".join(f"{table} ({rows})" for table, rows in done.strays.items())
            raise CommandError(f"Rows outside every partition in {tables}: check the clocks.")
        self.stdout.write(self.style.SUCCESS("Partitions are in order."))
