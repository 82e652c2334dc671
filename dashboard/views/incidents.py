"""Incidents: what is held, the decision about it, and from when on failures are one."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard import access, incident_lines, paging
from deliveries import incidents
from quarantine import thresholds
from quarantine.incidents import NotNow
from quarantine.models import Incident
from quarantine.thresholds import Wanted
from storage import keyset

RIGHT = "quarantine.manage_quarantine"
ROWS = 25
TEMPLATE = "dashboard/incidents.html"


class ThresholdsForm(forms.Form):
    """From when on failures are an incident."""

    enabled = forms.BooleanField(label=gettext_lazy("Watch for outages"), required=False)
    least_messages = forms.IntegerField(
        label=gettext_lazy("Messages at least"),
        min_value=1,
        max_value=1_000_000,
        help_text=gettext_lazy("Fewer messages in one place are never an incident."),
    )
    least_percent = forms.IntegerField(
        label=gettext_lazy("Failed, percent at least"), min_value=1, max_value=100
    )
    times_usual = forms.IntegerField(
        label=gettext_lazy("Times the usual share"),
        min_value=1,
        max_value=1_000,
        help_text=gettext_lazy("What is usual is the share of the 28 days before."),
    )
    new_percent = forms.IntegerField(
        label=gettext_lazy("Failed where nothing is usual yet, percent at least"),
        min_value=1,
        max_value=100,
    )
    quiet_minutes = forms.IntegerField(
        label=gettext_lazy("Quiet minutes until it is over"),
        min_value=1,
        max_value=600,
        help_text=gettext_lazy("Sooner where enough messages arrive again."),
    )


@access.page()
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the incidents, the latest first; to htmx, only the list."""
    page = paging.asked(
        request,
        lambda cursor: keyset.page(
            incidents.listed(), order=incidents.ORDER, cursor=cursor, size=ROWS
        ),
    )
    lines = incident_lines.of(incidents.named(page.rows))
    moving = any(row.goes_on() or not row.settled for row in page.rows)
    context = {
        "page": page.having(lines),
        "moving": moving,
        "version": thresholds.in_force(),
        "viewer": access.viewer(request),
    }
    fragment = "#list" if access.is_fragment(request) else ""
    return render(request, f"{TEMPLATE}{fragment}", context)


@access.page(right=RIGHT)
@require_POST
def confirm(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Let the errors of an incident stay void."""
    said = _("Confirmed. Its errors stay void.")
    return _decided(request, incident_id, str(Incident.State.CONFIRMED), said)


@access.page(right=RIGHT)
@require_POST
def dismiss(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Let the errors of what was no incident count."""
    said = _("Dismissed. Its errors count; the addresses follow within moments.")
    return _decided(request, incident_id, str(Incident.State.DISMISSED), said)


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: HttpRequest) -> HttpResponse:
    """Show and change from when on failures are an incident."""
    version = thresholds.in_force()
    initial = thresholds.wanted(version)._asdict()
    form = ThresholdsForm(request.POST or None, initial=initial, label_suffix="")
    if form.is_valid():
        wanted = Wanted(**form.cleaned_data)
        at = timezone.now()
        if incidents.change_thresholds(wanted, by=access.person(request), at=at):
            messages.success(request, _("Saved. It holds for what comes next."))
        else:
            messages.info(request, _("Nothing has changed."))
        return redirect("incident_limits")
    return render(request, "dashboard/incident_limits.html", {"form": form, "version": version})


def _decided(request: HttpRequest, incident_id: int, state: str, said: str) -> HttpResponse:
    get_object_or_404(Incident, pk=incident_id)
    by, at = access.person(request), timezone.now()
    try:
        incidents.decide(incident_id=incident_id, state=state, text="", by=by, at=at)
    except NotNow as error:
        messages.info(request, str(error))
    else:
        messages.success(request, said)
    return redirect("incidents")
