"""The tab "SMS" of a delivery: what was, or will be, written to everybody, and by which rules."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dashboard import access, ids, previews
from dashboard.draft_form import Draft, Filing, folders
from deliveries import drafts
from deliveries.models import Delivery
from messaging import lookalikes
from sending.previews import Written

RIGHT = "deliveries.launch_delivery"


@access.page()
@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show the delivery, and change it as long as it has not started."""
    delivery = get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)
    if request.method == "POST":
        return _changed(request, delivery)
    context: dict[str, Any] = {}
    if request.user.has_perm(RIGHT):
        if delivery.is_started:
            context["filing"] = Filing(instance=delivery)
        else:
            context["form"] = Draft(instance=delivery)
    return _answer(request, delivery, **context)


@access.page(right=RIGHT)
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Show how a text that is being written will look; keeps nothing."""
    written = previews.written(request)
    context: dict[str, Any] = {"news": True}
    if replacing := request.GET.get("replace"):
        content = lookalikes.replaced(written.content, letters=replacing == "letters")
        written = replace(written, content=content)
        context["replaced"] = written.content
    delivery_id = ids.read(request.POST.get("delivery"))
    delivery = Delivery.objects.filter(pk__in=[delivery_id]).first()
    context["shown"] = previews.of(request=request, delivery=delivery, written=written)
    context["delivery"] = delivery
    return render(request, "dashboard/delivery/sms_preview.html", context)


@access.page(right=RIGHT)
@require_POST
def filed(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """File a delivery that has started under another name, or elsewhere."""
    delivery = get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)
    form = Filing(request.POST, instance=delivery)
    if not form.is_valid():
        return _answer(request, Delivery.objects.get(pk=delivery_id), filing=form)
    drafts.change(delivery_id=delivery_id, **form.cleaned_data, **_acting(request))
    messages.success(request, _("The delivery has been saved."))
    return redirect("delivery_sms", delivery_id)


@access.page(right=RIGHT)
def _changed(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    form = Draft(request.POST, instance=delivery)
    if not form.is_valid():
        return _answer(request, delivery, form=form)
    before = drafts.version(Delivery.objects.get(pk=delivery.pk))
    seen = form.cleaned_data["version"] or before
    try:
        changed = drafts.change(
            delivery_id=delivery.pk, seen=seen, **form.asked(), **_acting(request)
        )
    except drafts.NotChangeable as error:
        messages.error(request, str(error))
    except drafts.BadDraft as error:
        form.blame(error)
        return _answer(request, delivery, form=form)
    except drafts.Outdated as error:
        theirs = form.learns(Delivery.objects.select_related("account").get(pk=delivery.pk))
        form.add_error(None, str(error))
        return _answer(request, delivery, form=form, theirs=theirs)
    else:
        if drafts.version(changed) != before:
            messages.success(request, _("The delivery has been saved."))
    return redirect("delivery_sms", delivery.pk)


def _acting(request: HttpRequest) -> dict[str, Any]:
    return {"by": access.person(request), "at": timezone.now()}


def _answer(request: HttpRequest, delivery: Delivery, **context: Any) -> HttpResponse:
    form = context.get("form")
    if form is not None:
        written = Written(delivery.content, delivery.sender, delivery.account_id)
        if form.is_bound:
            written = previews.written(request)
        context["folders"] = folders()
        context["shown"] = previews.of(request=request, delivery=delivery, written=written)
    else:
        context["shown"] = previews.plain(delivery)
        if "filing" in context:
            context["folders"] = folders()
    return render(request, "dashboard/delivery/sms.html", {"delivery": delivery, **context})
