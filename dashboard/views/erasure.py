"""Erasing an address: a preview of what holds it first, then the act."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dashboard import access
from ingestion import erasure
from messaging.addresses import BadAddress


class ErasureForm(forms.Form):
    """The address; it travels in the body of the request, never in an address of a page."""

    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=320,
        help_text=gettext_lazy("A number in international form, such as +39…, or an e-mail."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@access.page(right="quarantine.manage_quarantine")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: HttpRequest) -> HttpResponse:
    """Count what holds an address; erase it once that is confirmed."""
    form = ErasureForm(request.POST or None, label_suffix="")
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        confirmed = "confirm" in request.POST
        try:
            found = erasure.forget(
                address=form.cleaned_data["address"],
                by=access.person(request),
                at=timezone.now(),
                dry_run=not confirmed,
            )
        except BadAddress as error:
            form.add_error("address", str(error))
        else:
            if confirmed:
                text = _("The address was erased. Messages that held it: %(count)d.")
                messages.success(request, text % {"count": found.messages})
                return redirect("forget")
            context["preview"] = found
    return render(request, "dashboard/erasure.html", context)
