"""Callbacks that were set aside: what they are, and the decision about them."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dashboard import access, held_callbacks, ids, paging
from dashboard.held_callbacks import MOST_AT_ONCE, Pile
from dashboard.held_form import HeldForm
from ingestion import held
from storage import keyset

ROWS = 50
FILTERS = ("state", "account", "since", "until", "cause")
# Identifiers are time-ordered numbers of at most 19 digits.


@access.page(right="providers.handle_callbacks")
@require_safe
def piles(request: HttpRequest) -> HttpResponse:
    """Show a pile of held callbacks, or some of it, newest first; and what its causes are."""
    at = timezone.now()
    form = HeldForm(request.GET, label_suffix="")
    chosen = form.chosen()
    callbacks = held_callbacks.select(chosen, at=at)
    page = paging.asked(
        request, lambda cursor: keyset.page(callbacks, order=("-id",), cursor=cursor, size=ROWS)
    )
    matching, is_all = held_callbacks.count(chosen, at=at)
    context = {
        "page": page,
        "form": form,
        "chosen": chosen,
        "kept": {name: request.GET[name] for name in FILTERS[1:] if request.GET.get(name)},
        "pile": chosen.pile,
        "counts": held_callbacks.counts(at=at),
        "causes": held_callbacks.causes(chosen, at=at) if chosen.pile == Pile.DEAD else [],
        "matching": matching,
        "is_all": is_all,
        "newest": callbacks.order_by("-id").values_list("id", flat=True).first(),
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


def _chosen(request: HttpRequest, *, at: datetime) -> list[int]:
    """Return the ids that were ticked, or all that the filters name, oldest first."""
    if "all" in request.POST:
        found = held_callbacks.select(HeldForm(request.POST).chosen(), at=at)
        return list(found.order_by("id").values_list("id", flat=True)[:MOST_AT_ONCE])
    return ids.among(request.POST.getlist("id"))[:ROWS]


def _say(request: HttpRequest, text: str, count: int) -> None:
    if count:
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, _("Nothing to do: choose callbacks that are not decided yet."))


def _back(request: HttpRequest) -> HttpResponse:
    """Return to what was shown."""
    kept = {name: request.POST[name] for name in FILTERS if request.POST.get(name)}
    return redirect(f"{reverse('callbacks')}?{urlencode(kept)}")
