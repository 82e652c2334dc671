"""Tells what is wrong with the installation."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from smsmonitor import doctor


class Command(BaseCommand):
    """Look at everything the system needs; exit code 1 where there is a problem."""

    help = "Check database, broker, partitions, clock, queues, backlog and connections."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print one line per finding, and its cure beneath."""
        ill = False
        for finding in doctor.examine(at=timezone.now()):
            self.stdout.write(f"{finding.state:<8} {finding.name:<12} {finding.text}")
            if finding.cure:
                self.stdout.write(f"{'':<21} {finding.cure}")
            ill = ill or finding.state is doctor.State.PROBLEM
        if ill:
            sys.exit(1)
