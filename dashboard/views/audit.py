"""The journal of a delivery and of the system; what was left out and why."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from dashboard import access, bars, paging
from dashboard.journal_filter import JournalFilter
from deliveries import figures, journal_lines
from deliveries.journal_lines import Wanted
from deliveries.models import Delivery
from storage import keyset

LINES = 50


@access.page()
@require_safe
def log(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show what was done with a delivery, by whom, newest first."""
    delivery = _delivery(delivery_id)
    context = {"delivery": delivery, **_lines(request, delivery)}
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


@access.page(right="providers.manage_accounts")
@require_safe
def system(request: HttpRequest) -> HttpResponse:
    """Show what concerns no single delivery: accounts, users, callbacks, erasures."""
    return render(request, "dashboard/audit.html", _lines(request, None))


def _delivery(delivery_id: int) -> Delivery:
    return get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)


def _lines(request: HttpRequest, delivery: Delivery | None) -> dict[str, Any]:
    """Read the page of a journal that the address asks for, and what it is filtered by."""
    form = JournalFilter(request.GET)
    wanted = form.chosen()
    lines = journal_lines.listed(delivery=delivery, wanted=wanted)
    page = paging.asked(
        request, lambda cursor: keyset.page(lines, order=("-id",), cursor=cursor, size=LINES)
    )
    return {
        "page": page,
        "form": form,
        "is_filtered": wanted != Wanted(),
        "viewer": access.viewer(request),
    }
