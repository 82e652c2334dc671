"""The tab "SMS" of a delivery: what was, or will be, written to everybody."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dashboard import access, texts
from deliveries import drafts
from deliveries.models import Delivery

RIGHT = "deliveries.launch_delivery"
LONGEST_PREVIEW = 10_000


class Content(forms.ModelForm[Delivery]):
    """What the tab changes."""

    class Meta:
        """The sender is part of what a phone shows."""

        model = Delivery
        fields = ("sender", "content")
        widgets = {"content": forms.Textarea({"rows": 7})}

    def clean_content(self) -> str:
        """Count a line's end as one character, as phones do."""
        return texts.lines(self.cleaned_data["content"])


@access.page()
@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show the content, and change it as long as the delivery has not started."""
    delivery = get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)
    if request.method == "POST":
        return _changed(request, delivery)
    form = None
    if not delivery.is_started and request.user.has_perm(RIGHT):
        form = Content(instance=delivery)
    return _answer(request, delivery, form)


@access.page(right=RIGHT)
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Show how a text that is being written will look; keeps nothing."""
    context = {
        "preview": texts.preview(
            content=texts.lines(request.POST.get("content", "")[:LONGEST_PREVIEW]),
            sender=request.POST.get("sender", "")[:64],
        )
    }
    return render(request, "dashboard/delivery/sms.html#preview", context)


@access.page(right=RIGHT)
def _changed(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    kept = {"sender": delivery.sender, "content": delivery.content}
    form = Content(request.POST, instance=delivery)
    if not form.is_valid():
        return _answer(request, delivery, form)
    try:
        drafts.change(
            delivery_id=delivery.pk,
            by=access.person(request),
            at=timezone.now(),
            **form.cleaned_data,
        )
    except drafts.NotChangeable as error:
        messages.error(request, str(error))
    else:
        if form.cleaned_data != kept:
            messages.success(request, _("The content has been saved."))
    return redirect("delivery_sms", delivery.pk)


def _answer(request: HttpRequest, delivery: Delivery, form: Content | None) -> HttpResponse:
    written = form.data if form is not None and form.is_bound else {}
    context = {
        "delivery": delivery,
        "form": form,
        "preview": texts.preview(
            content=texts.lines(written.get("content", delivery.content)),
            sender=written.get("sender", delivery.sender),
        ),
    }
    return render(request, "dashboard/delivery/sms.html", context)
