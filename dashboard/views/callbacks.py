"""Callbacks that were set aside: what they are, and the decision about them."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dashboard import access, held_callbacks, paging
from dashboard.held_callbacks import Pile
from ingestion import held
from storage import keyset

ROWS = 50
# A pile may be larger: then the button is pressed again.
MOST_AT_ONCE = 10_000
# Identifiers are time-ordered numbers of at most 19 digits.
LONGEST_ID = 19


@access.page(right="providers.handle_callbacks")
@require_safe
def piles(request: HttpRequest) -> HttpResponse:
    """Show one pile of held callbacks, newest first."""
    at = timezone.now()
    pile = _pile(request.GET.get("state", ""))
    callbacks = held_callbacks.of(pile, at=at)
    page = paging.asked(
        request, lambda cursor: keyset.page(callbacks, order=("-id",), cursor=cursor, size=ROWS)
    )
    context = {
        "page": page,
        "pile": pile,
        "counts": held_callbacks.counts(at=at),
        "viewer": access.viewer(request),
    }
    return render(request, "dashboard/callbacks.html", context)


@access.page(right="providers.handle_callbacks")
@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Send the chosen callbacks through again."""
    at = timezone.now()
    count = held.retry(ids=_chosen(request, at=at), by=access.person(request), at=at)
    text = ngettext(
        "%(count)d callback is being applied again.",
        "%(count)d callbacks are being applied again.",
        count,
    )
    _say(request, text, count)
    return _back(request)


@access.page(right="providers.handle_callbacks")
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Set the chosen callbacks aside for good, with the reason."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        messages.error(request, _("Say why these callbacks are of no use: a reason is kept."))
        return _back(request)
    at = timezone.now()
    count = held.discard(
        ids=_chosen(request, at=at), reason=reason, by=access.person(request), at=at
    )
    text = ngettext("%(count)d callback discarded.", "%(count)d callbacks discarded.", count)
    _say(request, text, count)
    return _back(request)


def _pile(name: str) -> Pile:
    return Pile(name) if name in Pile.values else Pile.DEAD


def _chosen(request: HttpRequest, *, at: datetime) -> list[int]:
    """Return the ids that were ticked, or those of the whole pile, oldest first."""
    if "all" in request.POST:
        pile = held_callbacks.of(_pile(request.POST.get("state", "")), at=at)
        return list(pile.order_by("id").values_list("id", flat=True)[:MOST_AT_ONCE])
    return [
        int(text)
        for text in request.POST.getlist("id")
        if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID
    ][:ROWS]


def _say(request: HttpRequest, text: str, count: int) -> None:
    if count:
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, _("Nothing to do: choose callbacks that are not decided yet."))


def _back(request: HttpRequest) -> HttpResponse:
    pile = _pile(request.POST.get("state", ""))
    return redirect(f"{reverse('callbacks')}?state={pile.value}")
