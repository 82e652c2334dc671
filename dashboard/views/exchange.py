"""Addresses of the quarantine as tables: taken over from a file, and handed out as one."""

from collections.abc import Iterator
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard import access, csv_answer
from dashboard.quarantine_filter import QuarantineFilterForm
from dashboard.quarantine_forms import ImportForm
from deliveries import exchange
from quarantine import importing
from quarantine.acts import NotNow
from quarantine.bulk_models import BulkAct
from quarantine.lines import BadTable

RIGHT = "quarantine.manage_quarantine"
# By it spreadsheets know UTF-8.
MARK = "\ufeff"


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Read a file and show what taking it over would do."""
    form = ImportForm(request.POST or None, request.FILES or None, label_suffix="")
    if form.is_valid():
        try:
            row = importing.stage(
                form.cleaned_data["file"],
                usual=form.cleaned_data["status"],
                text=form.cleaned_data["text"],
                by=access.person(request),
                at=timezone.now(),
            )
        except BadTable as error:
            form.add_error("file", str(error))
        else:
            return redirect("bulk_act", row.pk)
    return render(request, "dashboard/import_new.html", {"form": form})


@access.page(right=RIGHT)
@require_POST
def confirm(request: HttpRequest, act_id: int) -> HttpResponse:
    """Take over what was shown."""
    now = timezone.now()
    try:
        row = exchange.confirm(act_id=act_id, by=access.person(request), at=now)
    except NotNow as error:
        messages.error(request, str(error))
    except BulkAct.DoesNotExist as error:
        raise Http404 from error
    else:
        exchange.work(row, at=now)
    return redirect("bulk_act", act_id)


@access.page(right=RIGHT)
@require_POST
def discard(request: HttpRequest, act_id: int) -> HttpResponse:
    """Forget a file that was only shown; what somebody has confirmed meanwhile stays."""
    if importing.forget(act_id=act_id):
        messages.info(request, _("The file is forgotten: nothing was taken over."))
        return redirect("quarantine_import")
    get_object_or_404(BulkAct, pk=act_id)
    messages.error(request, _("This import has been confirmed already."))
    return redirect("bulk_act", act_id)


@access.page(right=RIGHT)
@require_safe
def bad_lines(_request: HttpRequest, act_id: int) -> StreamingHttpResponse:
    """Download the lines that cannot be taken, and why."""
    row = get_object_or_404(BulkAct, pk=act_id)
    told = ((line.line, line.field, line.fault) for line in importing.bad_lines(row).iterator())
    return csv_answer.answer(f"bad-lines-{row.pk}", ("line", "field", "cause"), told)


@access.page()
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Download what the list shows, all of it."""
    viewer = access.viewer(request)
    form = QuarantineFilterForm(request.GET, sees_addresses=viewer.sees_addresses)
    asked = form.asked()
    if form.errors:
        messages.error(request, _("Nothing was exported: a filter cannot be read."))
        return redirect("quarantine")
    now = timezone.now()
    pieces = exchange.handed_out(asked, viewer=viewer, by=access.person(request), at=now)
    return _table(pieces, f"quarantine-{now:%Y-%m-%d}.csv")


def _table(pieces: Iterator[str], name: str) -> HttpResponse:
    response = StreamingHttpResponse(
        _marked(pieces),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    # Django's two kinds of responses have a common base only, which its decorators do not know.
    return cast("HttpResponse", response)


def _marked(pieces: Iterator[str]) -> Iterator[str]:
    yield MARK
    yield from pieces
