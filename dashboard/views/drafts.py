"""Making deliveries: new ones, duplicates; filing them, and deleting drafts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from dashboard import access, ids, previews
from dashboard.draft_form import Draft, folders
from deliveries import drafts
from deliveries.models import Delivery
from providers.models import ProviderAccount
from sending import drafts as whole_drafts

RIGHT = "deliveries.launch_delivery"
MOST = 50


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for the beginnings of a delivery, and make it."""
    form = Draft(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            delivery = drafts.create(**form.asked(), **_acting(request))
        except drafts.BadDraft as error:
            form.blame(error)
        else:
            text = _("Delivery %(code)s created. Now choose its recipients.")
            messages.success(request, text % {"code": delivery.code})
            return redirect("delivery_target", delivery.pk)
    context = {
        "form": form,
        "folders": folders(),
        "has_accounts": ProviderAccount.objects.exists(),
        "shown": previews.of(request=request, delivery=None, written=previews.written(request)),
    }
    return render(request, "dashboard/list_new.html", context)


@access.page(right=RIGHT)
@require_POST
def duplicate(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Make a draft of the same content, and show it."""
    get_object_or_404(Delivery.objects.only("id"), pk=delivery_id)
    copy = whole_drafts.duplicate(delivery_id=delivery_id, **_acting(request))
    text = _("Delivery %(code)s created. Now choose its recipients.")
    messages.success(request, text % {"code": copy.code})
    return redirect("delivery_sms", copy.pk)


@access.page(right=RIGHT)
@require_POST
def file(request: HttpRequest) -> HttpResponse:
    """File the chosen deliveries in a folder."""
    folder = request.POST.get("folder", "").strip()[:200].replace("\0", "")
    number = drafts.file(delivery_ids=_chosen(request), folder=folder, **_acting(request))
    messages.success(
        request,
        ngettext("%(number)d delivery filed.", "%(number)d deliveries filed.", number)
        % {"number": number},
    )
    return redirect("deliveries")


@access.page(right=RIGHT)
@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Ask whether the chosen drafts are to be deleted with their recipients, and delete them."""
    ticked = _chosen(request)
    if "confirm" not in request.POST:
        chosen = list(Delivery.objects.filter(pk__in=ticked).order_by("label", "pk"))
        context = {
            "drafts": [each for each in chosen if each.status in whole_drafts.DELETABLE],
            "others": [each for each in chosen if each.status not in whole_drafts.DELETABLE],
        }
        return render(request, "dashboard/list_delete.html", context)
    try:
        number = whole_drafts.delete(delivery_ids=ticked, **_acting(request))
    except whole_drafts.NotDeletable as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            ngettext("%(number)d draft deleted.", "%(number)d drafts deleted.", number)
            % {"number": number},
        )
    return redirect("deliveries")


def _acting(request: HttpRequest) -> dict[str, Any]:
    return {"by": access.person(request), "at": timezone.now()}


def _chosen(request: HttpRequest) -> list[int]:
    """Return the ids of the rows that were ticked."""
    return ids.all_of(request.POST.getlist("id")[:MOST])
