"""The journal of a delivery and of the system; what was left out and why; proofs."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from dashboard import access, bars, paging
from deliveries import figures
from deliveries.models import AuditEvent, Delivery
from storage import keyset

LINES = 50


@access.page()
@require_safe
def log(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show what was done with a delivery, by whom, newest first."""
    delivery = _delivery(delivery_id)
    context = {
        "delivery": delivery,
        **_lines(request, AuditEvent.objects.filter(delivery=delivery)),
    }
    return render(request, "dashboard/delivery/audit.html", context)


@access.page()
@require_safe
def causes(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show how many recipients each cause has left out."""
    delivery = _delivery(delivery_id)
    excluded = figures.exclusions(delivery_id=delivery.pk)
    chart = bars.chart([(str(row.reason.label), row.count) for row in excluded])
    context = {"delivery": delivery, "chart": chart}
    return render(request, "dashboard/delivery/audit_causes.html", context)


@access.page()
@require_safe
def proofs(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show the test sends of a delivery."""
    context = {"delivery": _delivery(delivery_id)}
    return render(request, "dashboard/delivery/audit_proofs.html", context)


@access.page(right="providers.manage_accounts")
@require_safe
def system(request: HttpRequest) -> HttpResponse:
    """Show what concerns no single delivery: accounts, users, callbacks, erasures."""
    context = {
        **_lines(request, AuditEvent.objects.filter(delivery__isnull=True)),
    }
    return render(request, "dashboard/audit.html", context)


def _delivery(delivery_id: int) -> Delivery:
    return get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)


def _lines(request: HttpRequest, lines: "QuerySet[AuditEvent]") -> dict[str, Any]:
    """Read the page of a journal that the address asks for, and what it is filtered by."""
    level = request.GET.get("level", "")
    search = request.GET.get("search", "").strip().replace("\0", "")
    if level in AuditEvent.Level.values:
        lines = lines.filter(level=level)
    if search:
        found = Q(text__icontains=search) | Q(code__iexact=search) | Q(actor__iexact=search)
        lines = lines.filter(found)
    page = paging.asked(
        request, lambda cursor: keyset.page(lines, order=("-id",), cursor=cursor, size=LINES)
    )
    return {
        "page": page,
        "levels": AuditEvent.Level.choices,
        "level": level,
        "search": search,
        "viewer": access.viewer(request),
    }
