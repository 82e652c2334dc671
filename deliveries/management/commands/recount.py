"""Compare every counter with the rows it counts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deliveries import recount
from deliveries.models import Delivery

CHUNK = 50


class Command(BaseCommand):
    """Proves that the counters are exact, or says where they are not."""

    help = "Compare every counter with the rows it counts; --mend corrects what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take codes of deliveries, and whether to mend."""
        parser.add_argument("codes", nargs="*", help="delivery codes such as DM1001; all if none")
        parser.add_argument("--mend", action="store_true", help="insert what is missing")

    def handle(self, *_args: Any, codes: list[str], mend: bool, **_options: Any) -> None:
        """Print each figure that differs; fail where any did and was not mended."""
        found = Delivery.objects.order_by("id")
        if codes:
            found = found.filter(code__in=codes)
            if unknown := set(codes) - set(found.values_list("code", flat=True)):
                raise CommandError(f"No such delivery: {', '.join(sorted(unknown))}.")
        archived = found.exclude(archived_at=None).count()
        ids = list(found.filter(archived_at=None).values_list("id", flat=True))
        drifts = []
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            act = recount.mend if mend else recount.drifts
            drifts += act(delivery_ids=chunk)
        for drift in drifts:
            figure = drift.figure
            self.stdout.write(
                f"delivery {figure.delivery_id} {figure.figure} {figure.key} "
                f"{figure.bucket or ''}: counted {drift.counted}, rows say {drift.real}"
            )
        if archived:
            self.stdout.write(f"{archived} archived deliveries skipped: their rows are gone.")
        summary = f"{len(ids)} deliveries recounted, {len(drifts)} figures differ."
        if drifts and not mend:
            raise CommandError(summary)
        self.stdout.write(self.style.SUCCESS(summary))
