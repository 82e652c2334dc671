"""The tab "Exclusions": who was left out of a delivery, and why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from dashboard import access, exclusion_causes, paging
from deliveries import figures
from deliveries.models import Delivery, Exclusion
from sending import preparation
from sending.models import TypologyVersion
from storage import keyset

ROWS = 100


@access.page()
@require_safe
def exclusions(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show who was left out, newest first, or those left out for one reason."""
    delivery = get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)
    counts = figures.exclusions(delivery_id=delivery.pk)
    chosen = next((row for row in counts if row.reason.api_name == request.GET.get("reason")), None)
    rows = Exclusion.objects.filter(delivery=delivery)
    if chosen:
        rows = rows.filter(reason=chosen.reason)
    page = paging.asked(
        request, lambda cursor: keyset.page(rows, order=("-id",), cursor=cursor, size=ROWS)
    )
    total = sum(row.count for row in counts)
    context = {
        "delivery": delivery,
        "page": page.having(exclusion_causes.of(delivery, page.rows)),
        "typology": _typology(delivery),
        "counts": counts,
        "chosen": chosen,
        "matching": chosen.count if chosen else total,
        "total": total,
        "viewer": access.viewer(request),
    }
    return render(request, "dashboard/delivery/exclusions.html", context)


def _typology(delivery: Delivery) -> TypologyVersion | None:
    """Return the rules by which a delivery was prepared, if it was."""
    run = preparation.latest(delivery_id=delivery.pk)
    return run.typology if run else None
