"""An act on the deliveries that are ticked in the list, confirmed on one page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from dashboard import access, ids
from dashboard.templatetags.launching import buttons
from sending import together
from sending.launch import Act

RIGHT = "deliveries.launch_delivery"
MOST = 50


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, name: str) -> HttpResponse:
    """Show with which of the deliveries the act is possible; do it once that is confirmed."""
    try:
        wanted = Act(name)
    except ValueError as error:
        raise Http404 from error
    given = request.POST if request.method == "POST" else request.GET
    chosen = ids.among(given.getlist("id")[:MOST])
    if request.method == "POST":
        _do(request, wanted, chosen)
        return redirect("deliveries")
    context = {
        "act": wanted,
        "button": buttons()[wanted],
        "chosen": together.sort(act=wanted, delivery_ids=chosen),
    }
    return render(request, "dashboard/list_act.html", context)


def _do(request: HttpRequest, wanted: Act, chosen: list[int]) -> None:
    """Do it, and say with how many deliveries, and with which it could not be done."""
    done = together.do(
        act=wanted, delivery_ids=chosen, by=access.person(request), at=timezone.now()
    )
    if done.number:
        text = ngettext(
            "Done with %(number)d delivery: its journal has a line of it.",
            "Done with %(number)d deliveries: their journals have a line of it.",
            done.number,
        )
        messages.success(request, text % {"number": done.number})
    for refusal in done.refused:
        messages.error(
            request, f"{refusal.delivery.label} ({refusal.delivery.code}): {refusal.why}"
        )
