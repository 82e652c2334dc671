"""Reading stored callbacks again: a preview first, then the act."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dashboard import access
from dashboard.replay_form import ReplayForm
from ingestion import replay


@access.page(right="providers.handle_callbacks")
@require_http_methods(["GET", "HEAD", "POST"])
def replays(request: HttpRequest) -> HttpResponse:
    """Preview what a replay would move; replay once that is confirmed."""
    form = ReplayForm(request.POST or None, label_suffix="")
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        confirmed = "confirm" in request.POST
        result = replay.replay(
            chosen=form.chosen(),
            dry_run=not confirmed,
            by=access.person(request),
            at=timezone.now(),
        )
        if confirmed:
            text = _("Callbacks read again: %(entries)d. Messages moved: %(moved)d.")
            messages.success(request, text % {"entries": result.entries, "moved": result.moved})
            return redirect("callback_replay")
        context["preview"] = result
    return render(request, "dashboard/replays.html", context)
