"""Why messages fail, where, and what changed: of a delivery, and of all of a period."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard import access, drops, error_lines, latency_picture
from deliveries import errors
from deliveries.errors import Analysis
from deliveries.models import Delivery
from providers.models import ProviderAccount

DEFAULT_DAYS = 28


@access.page()
@require_safe
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show the reports of a delivery; while it is live they ask for news."""
    shown = get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)
    context = {
        "delivery": shown,
        **_analysis(request, errors.of_delivery(shown), delivery_id=delivery_id),
    }
    template = "dashboard/delivery/reports.html"
    if access.is_fragment(request):
        template += "#report"
    return render(request, template, context)


@access.page()
@require_safe
def across(request: HttpRequest) -> HttpResponse:
    """Show the errors of all deliveries that began in a period, or of one account's."""
    accounts = list(ProviderAccount.objects.order_by("name"))
    account = next((one for one in accounts if str(one.pk) == request.GET.get("account")), None)
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, errors.DAYS) else DEFAULT_DAYS
    found = errors.across(days=days, account_id=account.pk if account else None, at=timezone.now())
    context = {
        "accounts": accounts,
        "account": account,
        "days": days,
        "periods": errors.DAYS,
        **_analysis(request, found, delivery_id=None),
    }
    return render(request, "dashboard/errors.html", context)


def _analysis(request: HttpRequest, found: Analysis, *, delivery_id: int | None) -> dict[str, Any]:
    offered = errors.OF_DELIVERY if delivery_id else errors.ACROSS
    by = request.GET.get("by", "")
    by = by if by in offered else offered[0]
    viewer = access.viewer(request)
    rows = found.rows(by, sees_addresses=viewer.sees_addresses)
    drop = found.shortfall()
    return {
        "analysis": found,
        "drop": drop and drops.sentence(drop, own=delivery_id is not None),
        "dimensions": {name: error_lines.DIMENSIONS[name] for name in offered},
        "table": error_lines.of(
            rows, by=by, delivery_id=delivery_id, sees_addresses=viewer.sees_addresses
        ),
        "latency": latency_picture.of(found.now.latency),
    }
