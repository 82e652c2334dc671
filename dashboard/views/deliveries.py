"""The list of deliveries, its live rows, and a new delivery."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import access, paging, texts
from deliveries import drafts, figures, listing
from deliveries.filters import BadFilter
from deliveries.models import Delivery
from messaging.channels import Channel
from messaging.statuses import DeliveryStatus
from providers.models import ProviderAccount
from storage.keyset import Page

ROWS = 50
FILTERS = ("label", "status", "folder", "channel")


class NewDelivery(forms.ModelForm[Delivery]):
    """What a delivery begins with."""

    class Meta:
        """The content can be written later, in the tab of its own."""

        model = Delivery
        fields = ("label", "account", "folder", "sender", "content")
        widgets = {"content": forms.Textarea({"rows": 5})}

    def clean_content(self) -> str:
        """Count a line's end as one character, as phones do."""
        return texts.lines(self.cleaned_data["content"])


@access.page()
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the deliveries that the filters leave, in the order asked for."""
    filters: dict[str, Any] = {name: request.GET.get(name, "").strip() for name in FILTERS}
    sort = request.GET.get("sort") or listing.DEFAULT_SORT
    context = {"filters": filters, "sort": sort, **_choices()}
    try:
        context["page"] = paging.asked(
            request, lambda cursor: listing.page(sort=sort, cursor=cursor, size=ROWS, **filters)
        )
        context["count"] = listing.count(**filters)
    except BadFilter as error:
        context |= {"page": Page([], None, None), "sort": "", "errors": error.errors}
        return render(request, "dashboard/list.html", context, status=400)
    context["live_ids"] = [row.delivery.pk for row in context["page"].rows if row.delivery.is_live]
    return render(request, "dashboard/list.html", context)


@access.page()
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer with what changes in some rows of the list, and ask again for those still live."""
    try:
        wanted = [_identifier(text) for text in request.GET.getlist("id")[:ROWS]]
        deliveries = list(Delivery.objects.filter(pk__in=wanted).order_by("pk"))
    except ValueError as error:
        raise BadRequest from error
    counted = figures.of(delivery_ids=[delivery.pk for delivery in deliveries])
    context = {
        "rows": [listing.Row(delivery, counted[delivery.pk]) for delivery in deliveries],
        "live_ids": [delivery.pk for delivery in deliveries if delivery.is_live],
    }
    return render(request, "dashboard/list.html#live", context)


@access.page(right="deliveries.launch_delivery")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for the beginnings of a delivery, and make it."""
    form = NewDelivery(request.POST or None)
    if request.method == "POST" and form.is_valid():
        delivery = drafts.create(by=access.person(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Delivery %(code)s created.") % {"code": delivery.code})
        return redirect("delivery", delivery.pk)
    context = {
        "form": form,
        "has_accounts": ProviderAccount.objects.exists(),
        "preview": texts.preview(
            content=texts.lines(form.data.get("content", "")), sender=form.data.get("sender", "")
        ),
    }
    return render(request, "dashboard/list_new.html", context)


def _choices() -> dict[str, Any]:
    """Return what the list can be filtered by: channels only where there are several."""
    pairs = set(Delivery.objects.values_list("folder", "channel").distinct().order_by())
    channels = {channel for _folder, channel in pairs}
    return {
        "statuses": DeliveryStatus.choices,
        "folders": sorted({folder for folder, _channel in pairs if folder}),
        "channels": [choice for choice in Channel.choices if choice[0] in channels]
        if len(channels) > 1
        else [],
    }


def _identifier(text: str) -> int:
    """Read an id; raise ValueError for what the database could not hold."""
    if not (text.isascii() and text.isdigit() and int(text) < 1 << 63):
        raise ValueError(text)
    return int(text)
