"""Counts for Prometheus, read from the rows when they are asked for; no address is among them."""

from collections.abc import Iterable

from django.db.models import Count, Model, Sum
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from deliveries.models import Delivery
from ingestion.models import HeldCallback, QueueItem, ReceiptCounter
from storage import partitions


class Counts:
    """What the tables hold, as prometheus_client's collectors yield it."""

    def collect(self) -> Iterable[Metric]:
        """Yield one family per question."""
        yield GaugeMetricFamily(
            "smsmonitor_callbacks_waiting",
            "Callbacks stored and not yet applied.",
            value=QueueItem.objects.count(),
        )
        yield _by(HeldCallback, "state", "smsmonitor_callbacks_held", "Callbacks set aside.")
        yield _by(Delivery, "status", "smsmonitor_deliveries", "Deliveries.")
        strays = GaugeMetricFamily(
            "smsmonitor_rows_outside_partitions",
            "Rows for which no partition had been made (up to 1,000 per table).",
            labels=["table"],
        )
        for table, rows in partitions.strays().items():
            strays.add_metric([table], rows)
        yield strays
        received = CounterMetricFamily(
            "smsmonitor_callbacks", "Callbacks by what became of them.", labels=["outcome"]
        )
        # Figures that are cut by a key say how, not what became of a callback.
        plain = ReceiptCounter.objects.filter(key="")
        totals = plain.order_by("figure").values_list("figure")
        for figure, total in totals.annotate(total=Sum("value")):
            received.add_metric([figure], total)
        yield received


def _by(model: type[Model], field: str, name: str, documentation: str) -> Metric:
    family = GaugeMetricFamily(name, documentation, labels=[field])
    rows = model._default_manager.order_by(field).values_list(field)  # noqa: SLF001 - public name
    for value, total in rows.annotate(total=Count("pk")):
        family.add_metric([value], total)
    return family
