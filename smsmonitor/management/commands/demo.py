"""Shows the demonstration of the first run; `make run` starts it beside everything else."""

import signal
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ingestion.simulator.interrupts import interruptible
from ingestion.simulator.posting import Refused
from smsmonitor.demonstration import showing
from smsmonitor.demonstration.past import NotApplied
from smsmonitor.demonstration.present import NotPrepared


class Command(BaseCommand):
    """Fill the dashboard with five deliveries: of the past, one under way, one scheduled."""

    help = "Show the demonstration: three deliveries of the past, one under way, one scheduled."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Show it, or what is left of it, until the last link has been followed."""
        # Asked to end by `make run`, it ends as by Ctrl-C: at once, letting go of its servers.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            interruptible(partial(showing.show, tell=self.stdout.write))
        except (NotApplied, NotPrepared, Refused) as error:
            raise CommandError(str(error)) from error
