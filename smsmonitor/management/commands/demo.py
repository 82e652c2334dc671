"""Shows the demonstration of the first run; `make run` starts it beside everything else."""

import signal
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ingestion import demo
from ingestion.simulator.interrupts import interruptible
from ingestion.simulator.posting import Refused
from sending import closing


class Command(BaseCommand):
    """Fill the dashboard with three deliveries, one of them live."""

    help = "Show the demonstration: two deliveries of the past and one under way."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Show it, or what is left of it, until the live delivery has ended."""
        # Asked to end by `make run`, it ends as by Ctrl-C: at once, letting go of its servers.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            interruptible(partial(demo.show, end=closing.end, tell=self.stdout.write))
        except (demo.NotApplied, Refused) as error:
            raise CommandError(str(error)) from error
