"""The list of deliveries and its live rows."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard import access, ids, paging
from dashboard.list_filter import ListFilter
from deliveries import figures, listing
from deliveries.filters import BadFilter
from deliveries.models import Delivery
from sending import launch
from storage.keyset import Page

ROWS = 50


@access.page()
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the deliveries that the filters leave, in the order asked for."""
    kinds = listing.kinds()
    form = ListFilter(request.GET, kinds=kinds)
    filters = form.chosen()
    sort = request.GET.get("sort") or listing.DEFAULT_SORT
    context: dict[str, Any] = {
        "form": form,
        "sort": sort,
        "folders": [folder.name for folder in kinds.folders],
        "is_filtered": any(value not in ("", None) for value in filters.values()),
    }
    try:
        context["page"] = paging.asked(
            request, lambda cursor: listing.page(sort=sort, cursor=cursor, size=ROWS, **filters)
        )
        context["count"] = listing.count(**filters)
    except BadFilter as error:
        context |= {"page": Page([], None, None), "sort": "", "errors": error.errors}
        return render(request, "dashboard/list.html", context, status=400)
    shown = [row.delivery for row in context["page"].rows]
    context["live_ids"] = [delivery.pk for delivery in shown if delivery.is_live]
    context["possible"] = launch.possible_of(shown)
    return render(request, "dashboard/list.html", context)


@access.page()
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer with what changes in some rows of the list, and ask again for those still live."""
    wanted = ids.all_of(request.GET.getlist("id")[:ROWS])
    deliveries = list(Delivery.objects.filter(pk__in=wanted).order_by("pk"))
    counted = figures.of(delivery_ids=[delivery.pk for delivery in deliveries])
    context = {
        "rows": [listing.Row(delivery, counted[delivery.pk]) for delivery in deliveries],
        "live_ids": [delivery.pk for delivery in deliveries if delivery.is_live],
        "possible": launch.possible_of(deliveries),
    }
    return render(request, "dashboard/list.html#live", context)
