"""Check the chain of every journal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deliveries import journal
from deliveries.models import AuditEvent, Delivery


class Command(BaseCommand):
    """Names the first broken line of each journal, or says that all stand."""

    help = "Check that no line of any journal was changed or removed."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Check the system's journal and every delivery's; fail where one is broken."""
        written = AuditEvent.objects.order_by("delivery_id").values_list("delivery_id", flat=True)
        deliveries = Delivery.objects.in_bulk(written.exclude(delivery=None).distinct())
        broken = 0
        for delivery in [None, *deliveries.values()]:
            if line := journal.first_broken(delivery=delivery):
                broken += 1
                name = delivery.code if delivery else "the system"
                self.stderr.write(f"{name}: line {line.pk} of {line.at:%Y-%m-%d %H:%M:%S} UTC")
        if broken:
            raise CommandError(
                f"{broken} journals are broken: the first broken line of each is above."
            )
        self.stdout.write(self.style.SUCCESS(f"{len(deliveries) + 1} journals stand."))
