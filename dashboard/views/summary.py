"""The tab "Summary" of a delivery: its figures, what they are made of, and when it happened."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard import access, drops, evidence, incident_lines, reconciliation, throughput
from deliveries import averages, errors, figures, incidents
from deliveries.models import Delivery
from providers import patience


@access.page()
@require_safe
def shown(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show what became of a delivery; to htmx, only the figures."""
    delivery = _delivery(delivery_id)
    context = _figures(delivery)
    if access.is_fragment(request):
        return render(request, "dashboard/delivery/summary.html#live", context)
    context["throughput"] = throughput.of(delivery=delivery, step=request.GET.get("step", ""))
    return render(request, "dashboard/delivery/summary.html", context)


@access.page()
@require_safe
def chart(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Answer with the points of the chart and the rows of its table."""
    delivery = _delivery(delivery_id)
    step = request.GET.get("step", "")
    context = {
        "delivery": delivery,
        "throughput": throughput.of(delivery=delivery, step=step),
    }
    return render(request, "dashboard/delivery/summary.html#points", context)


def _delivery(delivery_id: int) -> Delivery:
    deliveries = Delivery.objects.select_related("account", "created_by")
    return get_object_or_404(deliveries, pk=delivery_id)


def _figures(delivery: Delivery) -> dict[str, Any]:
    counted = figures.of(delivery_ids=[delivery.pk])[delivery.pk]
    drop = errors.of_delivery(delivery).shortfall()
    return {
        "delivery": delivery,
        "figures": counted,
        "averages": averages.of_platform(at=timezone.now()),
        "drop": drop and drops.sentence(drop, own=True),
        "incidents": incident_lines.of(incidents.of_delivery(delivery)),
        "proof": evidence.of_delivery(delivery_id=delivery.pk, channel=delivery.channel),
        "bars": reconciliation.bars(delivery_id=delivery.pk, figures=counted),
        "waiting": reconciliation.waiting(delivery_id=delivery.pk, figures=counted),
        "failures": figures.failures(delivery_id=delivery.pk),
        "spend": figures.spend(delivery_id=delivery.pk),
        "receipt_limit": min(patience.receipt_limit(delivery.account), delivery.validity),
    }
