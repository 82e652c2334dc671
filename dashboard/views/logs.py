"""The tab "Delivery": the logs, one row per message."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from dashboard import access, log_choices, paging, qualifications
from deliveries import figures, logs
from deliveries.filters import BadFilter
from deliveries.logs import LogFilter
from deliveries.models import Delivery


@access.page()
@require_safe
def rows(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show the messages of a delivery; the first page asks for news while it is live."""
    delivery = get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)
    viewer = access.viewer(request)
    chosen, sort = _asked(request, sees_addresses=viewer.sees_addresses)
    page = paging.asked(
        request,
        lambda cursor: logs.page(
            delivery=delivery,
            filter=chosen,
            sort=sort,
            cursor=cursor,
            sees_addresses=viewer.sees_addresses,
        ),
    )
    counted = figures.of(delivery_ids=[delivery.pk])[delivery.pk]
    context = {
        "delivery": delivery,
        "viewer": viewer,
        "page": page,
        "sort": sort,
        "filter": chosen,
        "filtered": chosen != LogFilter(),
        "choices": log_choices.of(delivery=delivery, figures=counted, chosen=chosen),
        "count": logs.count(delivery=delivery, filter=chosen, sees_addresses=viewer.sees_addresses),
        "all": counted.to_send,
        "titles": qualifications.titles(row.message.qualification_id for row in page.rows),
        "asks_for_news": delivery.is_live and "cursor" not in request.GET,
    }
    template = "dashboard/delivery/logs.html"
    if access.is_fragment(request):
        template += "#rows"
    return render(request, template, context)


def _asked(request: HttpRequest, *, sees_addresses: bool) -> tuple[LogFilter, str]:
    """Read filter and order from the address; what cannot be is left out, with a notice."""
    sort = request.GET.get("sort", logs.DEFAULT_SORT)
    if sort not in logs.SORTS or ("address" in sort and not sees_addresses):
        sort = logs.DEFAULT_SORT
    try:
        return LogFilter.parse(request.GET), sort
    except BadFilter as error:
        for sentence in error.errors.values():
            messages.warning(request, sentence)
        sound = {key: request.GET[key] for key in request.GET if key not in error.errors}
        return LogFilter.parse(sound), sort
