"""Decisions about many addresses: previewed, taken, followed and undone."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard import access, bulk_words, ids, paging
from dashboard.quarantine_filter import BulkForm, QuarantineFilterForm
from deliveries import bulk as decisions
from deliveries.filters import BadFilter
from deliveries.models import Delivery
from deliveries.quarantine_filter import MOST_CHOSEN, Asked
from quarantine import bulk, importing, resuming, undoing
from quarantine.acts import NotNow
from quarantine.bulk import Preview, Wanted
from quarantine.bulk_models import BulkAct
from storage import keyset

RIGHT = "quarantine.manage_quarantine"
ROWS = 50
MOST_KEPT = 50
RUNNING = (BulkAct.State.OPEN, BulkAct.State.UNDOING)


@access.page(right=RIGHT)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show what was decided about many addresses, the latest first."""
    found = BulkAct.objects.select_related("by", "undone_by")
    page = paging.asked(
        request,
        lambda cursor: keyset.page(found, order=("-id",), cursor=cursor, size=ROWS),
    )
    accounts = bulk_words.accounts(*(row.filter for row in page.rows))
    rows = [(row, bulk_words.terms(row.filter, accounts=accounts)) for row in page.rows]
    return render(
        request,
        "dashboard/bulk_acts.html",
        {"page": page.having(rows), "viewer": access.viewer(request)},
    )


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Preview a decision about the addresses that were chosen; take it once it is confirmed."""
    action = request.GET.get("action", "")
    if action not in map(str, bulk.STATUSES):
        return redirect("quarantine")
    viewer = access.viewer(request)
    back = _back(request)
    try:
        asked = _asked(request, sees_addresses=viewer.sees_addresses)
        seen = decisions.preview(asked, action=action, sees_addresses=viewer.sees_addresses)
    except BadFilter as error:
        for text in error.errors.values():
            messages.error(request, str(text))
        return redirect(back)
    initial = {"action": action, "seen": seen.count}
    form = BulkForm(request.POST or None, initial=initial, label_suffix="")
    if form.is_valid():
        row = decisions.begin(
            Wanted(action, form.cleaned_data["text"]),
            asked,
            sees_addresses=viewer.sees_addresses,
            by=access.person(request),
            at=timezone.now(),
        )
        _worked(request, row, seen=form.cleaned_data["seen"])
        return redirect("bulk_act", row.pk)
    context = _previewed(asked, seen) | {
        "form": form,
        "action": BulkAct.Action(action),
        "back": back,
        "viewer": viewer,
    }
    return render(request, "dashboard/bulk_new.html", context)


@access.page(right=RIGHT)
@require_safe
def shown(request: HttpRequest, act_id: int) -> HttpResponse:
    """Show a decision, how far it is, and what an undo left."""
    row = get_object_or_404(BulkAct.objects.select_related("by", "undone_by"), pk=act_id)
    now = timezone.now()
    context: dict[str, Any] = {
        "row": row,
        "terms": bulk_words.terms(row.filter, accounts=bulk_words.accounts(row.filter)),
        "running": row.state in RUNNING,
        "most_tries": bulk.MOST_TRIES,
        "steps": row.changed if row.undone_at else row.taken,
        "steps_done": row.restored + row.kept if row.undone_at else row.changed + row.left_out,
        "why_not_tried_again": resuming.why_not(row),
        "why_not_undone": bulk.why_not_undone(row, at=now),
        "undo_until": row.at + bulk.UNDOABLE_FOR,
        "kept": undoing.kept(row, most=MOST_KEPT) if row.state != BulkAct.State.OPEN else [],
        "viewer": access.viewer(request),
    }
    if row.state == BulkAct.State.STAGED:
        context["counts"] = importing.counts(row)
    part = "#progress" if access.is_fragment(request) else ""
    return render(request, f"dashboard/bulk_act.html{part}", context)


@access.page(right=RIGHT)
@require_POST
def undo(request: HttpRequest, act_id: int) -> HttpResponse:
    """Let the addresses be as without a decision, but for those decided on since."""
    get_object_or_404(BulkAct, pk=act_id)
    try:
        decisions.undo(act_id=act_id, by=access.person(request), at=timezone.now())
    except NotNow as error:
        messages.error(request, str(error))
    else:
        decisions.work(at=timezone.now(), act_id=act_id)
        messages.success(request, _("It is taken back: here you see how far."))
    return redirect("bulk_act", act_id)


@access.page(right=RIGHT)
@require_POST
def retry(request: HttpRequest, act_id: int) -> HttpResponse:
    """Let a decision that failed go on from where it stopped."""
    get_object_or_404(BulkAct, pk=act_id)
    try:
        decisions.try_again(act_id=act_id, by=access.person(request), at=timezone.now())
    except NotNow as error:
        messages.error(request, str(error))
    else:
        decisions.work(at=timezone.now(), act_id=act_id)
        messages.success(request, _("It is tried again: here you see how far it comes."))
    return redirect("bulk_act", act_id)


def _asked(request: HttpRequest, *, sees_addresses: bool) -> Asked:
    """Return which addresses were chosen; raise BadFilter, so that nothing else is decided on."""
    form = QuarantineFilterForm(request.GET, sees_addresses=sees_addresses)
    asked = form.asked()
    if form.errors:
        raise BadFilter({name: " ".join(map(str, texts)) for name, texts in form.errors.items()})
    if "all" in request.GET:
        return asked
    chosen = ids.among(request.GET.getlist("id")[:MOST_CHOSEN])
    if not chosen:
        text = _("Choose addresses, or all that match: nothing was chosen.")
        raise BadFilter({"id": text})
    return Asked(ids=chosen)


def _back(request: HttpRequest) -> str:
    """Return the list that somebody came from."""
    query = request.GET.copy()
    for name in ("action", "all", "id"):
        query.pop(name, None)
    return f"{reverse('quarantine')}?{query.urlencode()}"


def _previewed(asked: Asked, seen: Preview) -> dict[str, Any]:
    caused = {cause.delivery_id for cause in seen.causes if cause.delivery_id}
    deliveries = Delivery.objects.only("label", "code").in_bulk(caused)
    told = asked.in_words()
    return {
        "seen": seen,
        "causes": [(cause, deliveries.get(cause.delivery_id or 0)) for cause in seen.causes],
        "rest": seen.count - sum(cause.addresses for cause in seen.causes),
        "terms": bulk_words.terms(told, accounts=bulk_words.accounts(told)),
    }


def _worked(request: HttpRequest, row: BulkAct, *, seen: int | None) -> None:
    """Do what can be done within the request; say so where the set is not as it was shown."""
    decisions.work(at=timezone.now(), act_id=row.pk)
    if seen is not None and seen != row.taken:
        text = ngettext(
            "Since the preview the number has changed: it is %(taken)d address now.",
            "Since the preview the number has changed: it is %(taken)d addresses now.",
            row.taken,
        )
        messages.warning(request, text % {"taken": row.taken})
