"""Typologies: the list, one with its versions, and what it would leave out of a target."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import access
from dashboard.typology_form import NewTypologyForm, RulesForm
from deliveries.models import Delivery
from messaging.statuses import DeliveryStatus
from sending import ruleset, trials, typologies
from sending.models import Typology, Upload
from sending.ruleset import BadRuleset, Ruleset
from sending.trials import Tried

RIGHT = "sending.manage_typologies"
OFFERED = 50


@access.page(right=RIGHT)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show all typologies, each by the version in force."""
    rows = [(row, ruleset.read(row.rules)) for row in typologies.latest()]
    context = {"rows": rows, "standard": typologies.STANDARD}
    return render(request, "dashboard/typologies.html", context)


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a typology."""
    form = NewTypologyForm(Ruleset(), request.POST or None)
    if form.is_valid():
        try:
            made = typologies.create(
                name=form.cleaned_data["name"],
                rules=form.wanted(),
                by=access.person(request),
                at=timezone.now(),
            )
        except BadRuleset as error:
            form.refuse(error)
        else:
            messages.success(request, _("The typology has been made."))
            return redirect("typology", made.typology_id)
    return render(request, "dashboard/typology.html", {"form": form})


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: HttpRequest, typology_id: int) -> HttpResponse:
    """Show a typology; try rules on a target, or put them in force as a new version."""
    get_object_or_404(Typology, pk=typology_id)
    versions = typologies.versions(typology_id=typology_id)
    form = RulesForm(ruleset.read(versions[0].rules), request.POST or None)
    on = _OnForm(request.POST or None)
    tried = None
    if form.is_valid() and on.is_valid():
        try:
            if "try" in request.POST:
                tried = _tried(typology_id, form, on)
            else:
                now = typologies.change(
                    typology_id=typology_id,
                    rules=form.wanted(),
                    by=access.person(request),
                    at=timezone.now(),
                )
                said = _("Version %(version)d is in force.") % {"version": now.version}
                messages.success(request, said)
                return redirect("typology", typology_id)
        except BadRuleset as error:
            form.refuse(error)
    context = {"form": form, "on": on, "tried": tried, "now": versions[0], "versions": versions}
    return render(request, "dashboard/typology.html", context)


def _tried(typology_id: int, form: RulesForm, on: "_OnForm") -> Tried | None:
    delivery: Delivery | None = on.cleaned_data["delivery"]
    if delivery is None:
        on.add_error("delivery", _("Choose the delivery whose target is looked at."))
        return None
    return trials.run(
        typology_id=typology_id,
        delivery_id=delivery.pk,
        rules=form.wanted(),
        at=timezone.now(),
    )


class _OnForm(forms.Form):
    """On whose target rules are tried: of deliveries that have one and have not ended."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        targeted = Upload.objects.filter(state=Upload.State.DONE).values("delivery_id")
        open_ones = Delivery.objects.filter(
            pk__in=targeted, status__in=(DeliveryStatus.EDITING, DeliveryStatus.READY)
        )
        newest = open_ones.order_by("-id").values_list("id", flat=True)[:OFFERED]
        self.fields["delivery"] = forms.ModelChoiceField(
            Delivery.objects.filter(pk__in=list(newest)).order_by("-id"),
            label=_("Target of the delivery"),
            required=False,
        )
        self.fields["delivery"].label_from_instance = (  # type: ignore[attr-defined]
            lambda delivery: f"{delivery.label} ({delivery.code})"
        )
