"""What errors mean: the list of them, one of them, and the decision about it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard import access, paging, qualifications
from dashboard.qualification_form import QualificationForm
from dashboard.qualifications import Filter
from deliveries import occurrences
from ingestion import judgements
from ingestion.judgements import NotNow
from ingestion.models import Judgement
from providers import registry
from providers.models import Qualification

RIGHT = "providers.qualify_errors"
TEMPLATE = "dashboard/qualification.html"


@access.page(right=RIGHT)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show all qualifications: those that wait first, and among them those that strike most."""
    chosen = Filter.parse(request.GET)
    context = {
        "page": paging.asked(
            request, lambda cursor: qualifications.page(chosen=chosen, cursor=cursor)
        ),
        "filter": chosen,
        "filtered": chosen != Filter(),
        "statuses": qualifications.Chosen.choices,
        "kinds": registry.choices(),
        "viewer": access.viewer(request),
    }
    return render(request, "dashboard/qualifications.html", context)


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: HttpRequest, qualification_id: int) -> HttpResponse:
    """Show one error; tell what a judgement would move, or save it."""
    row = get_object_or_404(Qualification, pk=qualification_id)
    history = qualifications.history(row)
    if access.is_fragment(request) and request.method != "POST":
        return render(request, f"{TEMPLATE}#judged", _judged(row, history))
    seen = history[0].pk if history else 0
    suggestion = qualifications.suggestion(row)
    form = QualificationForm.of(row, suggestion=suggestion, seen=seen, data=request.POST or None)
    context: dict[str, Any] = {"form": form, "row": row, "suggestion": suggestion}
    if form.is_valid():
        if "preview" in request.POST:
            context["preview"] = judgements.preview(qualification_id=row.pk, wanted=form.wanted())
        elif form.cleaned_data["seen"] != str(seen):
            text = _("Somebody else has changed this meanwhile: look again, then save.")
            form.add_error(None, text)
        elif _saved(request, row, form):
            return redirect("qualification", row.pk)
    if access.is_fragment(request):
        return render(request, f"{TEMPLATE}#moves", context)
    return render(request, TEMPLATE, context | _told(request, row) | _judged(row, history))


@access.page(right=RIGHT)
@require_POST
def undo(request: HttpRequest, qualification_id: int) -> HttpResponse:
    """Take the last change back, and what it moved with it."""
    get_object_or_404(Qualification, pk=qualification_id)
    try:
        judgements.undo(
            qualification_id=qualification_id, by=access.person(request), at=timezone.now()
        )
    except NotNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Undone. What had moved is on its way back."))
    return redirect("qualification", qualification_id)


def _saved(request: HttpRequest, row: Qualification, form: QualificationForm) -> bool:
    """Save a judgement and say so; tell on the form why that is not possible now."""
    history = form.cleaned_data["history"]
    try:
        made = judgements.change(
            qualification_id=row.pk,
            wanted=form.wanted(),
            history=history,
            by=access.person(request),
            at=timezone.now(),
        )
    except NotNow as error:
        form.add_error(None, str(error))
        return False
    if made is None:
        messages.info(request, _("Nothing has changed."))
    elif history:
        messages.success(request, _("Saved. History is being judged again."))
    else:
        messages.success(request, _("Saved. It holds for what comes next."))
    return True


def _told(request: HttpRequest, row: Qualification) -> dict[str, Any]:
    """Return what is known of an error."""
    seen = occurrences.last_seen(qualification_ids=[row.pk])
    return {
        "kind": qualifications.kind_label(row.kind),
        "meaning": qualifications.meaning(row),
        "volume": occurrences.of(qualification_ids=[row.pk])[row.pk],
        "last_seen": seen.get(row.pk),
        "struck": qualifications.struck(row),
        "samples": qualifications.samples(row),
        "viewer": access.viewer(request),
    }


def _judged(row: Qualification, history: list[Judgement]) -> dict[str, Any]:
    """Return what was said of it so far, and how far history has been judged by that."""
    return {
        "row": row,
        "history": history,
        "under_way": next((one for one in history if one.state == Judgement.State.OPEN), None),
        "undoable": qualifications.undoable(row),
    }
