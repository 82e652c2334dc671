"""Starts everything and keeps it running: what `make run` calls."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from smsmonitor import running


class Command(BaseCommand):
    """Start the servers, the web, the worker and the clock in this terminal."""

    help = "Start everything and keep it running until Ctrl-C."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run until stopped."""
        sys.exit(running.run())
