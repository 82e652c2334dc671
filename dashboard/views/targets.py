"""The tab "Target" of a delivery: its recipients, and its preparation."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard import access, csv_answer
from dashboard.target_forms import ColumnsForm, FileForm, named
from deliveries.models import Delivery
from sending import preparation, recipients, sentences, uploads
from sending.layout import BadFile
from sending.models import Upload
from sending.preparation import NotPreparable
from sending.recipients import NotTargetable

RIGHT = "deliveries.launch_delivery"
FOUND_OUT = ("delimiter", "encoding")


@access.page()
@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show recipients and preparation; take a file. To htmx, only how far things are."""
    delivery = get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)
    if request.method == "POST":
        return _given(request, delivery)
    if access.is_fragment(request):
        return render(request, "dashboard/delivery/target.html#state", _context(request, delivery))
    return _answer(request, delivery, FileForm(label_suffix=""))


@access.page(right=RIGHT)
def _given(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    form = FileForm(request.POST, request.FILES, label_suffix="")
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = uploads.keep(
                delivery_id=delivery.pk,
                name=file.name,
                chunks=file.chunks(),
                by=access.person(request),
                at=timezone.now(),
            )
        except (BadFile, NotTargetable) as error:
            form.add_error("file", str(error))
        else:
            return redirect("delivery_target_file", delivery.pk, upload.pk)
    return _answer(request, delivery, form)


def _answer(request: HttpRequest, delivery: Delivery, form: FileForm) -> HttpResponse:
    may = request.user.has_perm(RIGHT) and delivery.status in recipients.OPEN
    context = _context(request, delivery) | {"form": form if may else None}
    return render(request, "dashboard/delivery/target.html", context)


def _context(request: HttpRequest, delivery: Delivery) -> dict[str, Any]:
    given = uploads.of_delivery(delivery_id=delivery.pk)
    run = preparation.latest(delivery_id=delivery.pk)
    reading = any(row.state in (Upload.State.QUEUED, Upload.State.RUNNING) for row in given)
    return {
        "delivery": delivery,
        "uploads": given,
        "recipients": recipients.count(delivery_id=delivery.pk),
        "run": run,
        "moves": reading or bool(run and run.is_open),
        "preparable": delivery.status in preparation.PREPARABLE,
        "viewer": access.viewer(request),
    }


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, delivery_id: int, upload_id: int) -> HttpResponse:
    """Show the beginning of a file, and have its columns chosen."""
    upload = get_object_or_404(
        Upload.objects.select_related("delivery__account"),
        pk=upload_id,
        delivery_id=delivery_id,
        state=Upload.State.GIVEN,
    )
    if "discard" in request.POST:
        uploads.discard(upload_id=upload.pk)
        return redirect("delivery_target", delivery_id)
    given = request.POST or request.GET
    told = {name: given[name] for name in FOUND_OUT if given.get(name)}
    try:
        found, preview = uploads.look(upload, told=told)
    except BadFile as error:
        messages.error(request, str(error))
        found, preview = uploads.look(upload, told={})
    guess = {
        "delimiter": named(found.delimiter),
        "encoding": told.get("encoding", ""),
        "address": found.address,
        "reference": found.reference,
        "mode": Upload.Mode.REPLACE,
    }
    form = ColumnsForm(found, preview, request.POST or None, initial=guess)
    if "look" not in request.POST and form.is_valid() and _taken(request, upload, form):
        return redirect("delivery_target", delivery_id)
    if "look" in request.POST:
        form = ColumnsForm(found, preview, None, initial=guess)
    context = {
        "delivery": upload.delivery,
        "upload": upload,
        "form": form,
        "preview": preview,
        "viewer": access.viewer(request),
    }
    return render(request, "dashboard/delivery/target_file.html", context)


def _taken(request: HttpRequest, upload: Upload, form: ColumnsForm) -> bool:
    said = form.cleaned_data
    told = {name: said[name] for name in (*FOUND_OUT, "address", "reference") if said[name]}
    try:
        uploads.ask(upload_id=upload.pk, told=told, mode=said["mode"])
    except (BadFile, NotTargetable) as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("The file is being read."))
    return True


@access.page(right=RIGHT)
@require_safe
def bad_lines(_request: HttpRequest, delivery_id: int, upload_id: int) -> StreamingHttpResponse:
    """Answer with the bad lines of a file, as a table."""
    upload = get_object_or_404(Upload, pk=upload_id, delivery_id=delivery_id)
    told = ((line["line"], sentences.told(line["detail"])) for line in upload.bad)
    return csv_answer.answer(f"bad-lines-{upload.pk}", ("line", "detail"), told)


@access.page(right=RIGHT)
@require_POST
def clear(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Remove all recipients."""
    get_object_or_404(Delivery.objects.only("id"), pk=delivery_id)
    try:
        recipients.clear(delivery_id=delivery_id, by=access.person(request), at=timezone.now())
    except NotTargetable as error:
        messages.error(request, str(error))
    return redirect("delivery_target", delivery_id)


@access.page(right=RIGHT)
@require_POST
def prepare(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Ask for a preparation."""
    get_object_or_404(Delivery.objects.only("id"), pk=delivery_id)
    try:
        preparation.request(delivery_id=delivery_id, by=access.person(request), at=timezone.now())
    except NotPreparable as error:
        messages.error(request, str(error))
    return redirect("delivery_target", delivery_id)


@access.page(right=RIGHT)
@require_POST
def stop(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Stop the preparation that goes on."""
    if preparation.cancel(delivery_id=delivery_id):
        messages.success(request, _("The preparation is being stopped."))
    return redirect("delivery_target", delivery_id)
