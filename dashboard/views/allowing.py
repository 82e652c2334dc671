"""The addresses that are written to although they are in quarantine."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dashboard import access, paging
from dashboard.quarantine_forms import AllowedForm
from messaging.addresses import BadAddress
from sending import allowing
from sending.allowing import AllowedAlready
from sending.models import AllowedAddress

RIGHT = "quarantine.manage_quarantine"
ROWS = 50


@access.page(right=RIGHT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """Show the list, newest first, and put an address on it."""
    form = AllowedForm(request.POST or None, label_suffix="")
    if form.is_valid() and _allowed(request, form):
        return redirect("quarantine_allowed")
    page = paging.asked(request, lambda cursor: allowing.page(cursor=cursor, size=ROWS))
    context = {"page": page, "form": form, "viewer": access.viewer(request)}
    return render(request, "dashboard/allowed.html", context)


def _allowed(request: HttpRequest, form: AllowedForm) -> bool:
    """Put an address on the list and say so; tell on the form why that is not possible."""
    try:
        allowing.allow(**form.cleaned_data, by=access.person(request), at=timezone.now())
    except (BadAddress, AllowedAlready) as error:
        form.add_error("address", str(error))
        return False
    messages.success(request, _("Saved. The address is written to although it is in quarantine."))
    return True


@access.page(right=RIGHT)
@require_POST
def withdraw(request: HttpRequest, allowed_id: int) -> HttpResponse:
    """Take an address off the list; one that somebody else has taken off is off."""
    try:
        allowing.withdraw(allowed_id=allowed_id, by=access.person(request), at=timezone.now())
    except AllowedAddress.DoesNotExist:
        messages.info(request, _("Nothing has changed."))
    else:
        messages.success(request, _("The address is no longer on the list."))
    return redirect("quarantine_allowed")
