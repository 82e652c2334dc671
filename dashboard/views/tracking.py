"""The tab "Tracking": who clicked, and on which links."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from dashboard import access, paging
from deliveries import figures
from deliveries.models import Delivery
from storage import keyset
from tracking.models import Click, TrackedUrl

ROWS = 100


@access.page()
@require_safe
def clicks(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show every click, newest first."""
    delivery = get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)
    # A click can only follow its message, so older months need not be looked at.
    rows = Click.objects.filter(delivery=delivery, message_id__gte=delivery.pk)
    page = paging.asked(
        request,
        lambda cursor: keyset.page(
            rows.select_related("url", "message"), order=("-at", "-id"), cursor=cursor, size=ROWS
        ),
    )
    context = {
        "delivery": delivery,
        "page": page,
        "figures": figures.of(delivery_ids=[delivery.pk])[delivery.pk],
        "viewer": access.viewer(request),
    }
    return render(request, "dashboard/delivery/tracking.html", context)


@access.page()
@require_safe
def urls(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show the links of the content, and how each is treated."""
    delivery = get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)
    rows = TrackedUrl.objects.filter(delivery=delivery)
    page = paging.asked(
        request, lambda cursor: keyset.page(rows, order=("label", "id"), cursor=cursor, size=ROWS)
    )
    context = {
        "delivery": delivery,
        "page": page,
        "figures": figures.of(delivery_ids=[delivery.pk])[delivery.pk],
        "viewer": access.viewer(request),
    }
    return render(request, "dashboard/delivery/tracking_urls.html", context)
