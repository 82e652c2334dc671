"""What tells people from robots, in words; judging all clicks again by it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dashboard import access, click_rows
from tracking import rejudging, verdicts
from tracking.models import Click, Rejudgement
from tracking.reasons import Reason

RIGHT = "providers.qualify_errors"
MOST_SHOWN = 10


@access.page(right=RIGHT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: HttpRequest) -> HttpResponse:
    """Show the rules; preview judging again where that is asked for, or have it done."""
    if request.method == "POST":
        return _begun(request)
    told = rejudging.preview() if "preview" in request.GET else None
    names = dict(Click.Verdict.choices)
    context = {
        "version": verdicts.VERSION,
        "reasons": Reason.choices,
        "runs": Rejudgement.objects.select_related("by").order_by("-id")[:MOST_SHOWN],
        "running": Rejudgement.objects.filter(state=Rejudgement.State.OPEN).exists(),
        "preview": told,
        "moves": [
            (names[before], names[now], number) for (before, now), number in told.by.most_common()
        ]
        if told
        else [],
        "sample": [
            (move.click, names[move.click.verdict], names[move.now.verdict], _why(move.now.reasons))
            for move in told.sample
        ]
        if told
        else [],
    }
    return render(request, "dashboard/click_rules.html", context)


def _why(reasons: tuple[str, ...]) -> list[str]:
    return click_rows.words(reasons)


def _begun(request: HttpRequest) -> HttpResponse:
    try:
        rejudging.begin(by=access.person(request), at=timezone.now())
    except rejudging.NotNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("All clicks are judged again; the worker goes on with it."))
    return redirect("click_rules")
