"""Addresses that are left alone: the list, one address, the decision about it, and the rules."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard import access, address_story, ids, paging
from dashboard.quarantine_filter import QuarantineFilterForm
from dashboard.quarantine_forms import DecisionForm, NewAddressForm, RuleForm
from deliveries import quarantining
from deliveries.models import Delivery
from deliveries.quarantine_filter import Asked
from ingestion import rule_previews
from messaging.statuses import AddressStatus
from quarantine import listing, rulebook, what_if
from quarantine.acts import NotNow
from quarantine.models import Address, Rule
from quarantine.rulebook import BadRules
from quarantine.what_if import Outlook
from sending import allowing
from storage import keyset

RIGHT = "quarantine.manage_quarantine"
ROWS = 50
MOST_ENDED = 50
# What is posted along once somebody has seen what a change of the rules would have done.
CONFIRMED = "confirmed"


@access.page()
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the addresses that are not simply valid, those that changed last first."""
    viewer = access.viewer(request)
    form = QuarantineFilterForm(request.GET, sees_addresses=viewer.sees_addresses)
    asked = form.asked()
    found = listing.listed(asked.chosen(), sees_addresses=viewer.sees_addresses)
    page = paging.asked(
        request,
        lambda cursor: keyset.page(found, order=listing.ORDER, cursor=cursor, size=ROWS),
    )
    caused_by = {row.delivery_id for row in page.rows if row.delivery_id}
    causes = Delivery.objects.only("label", "code").in_bulk(caused_by)
    context = {
        "page": page.having([(row, causes.get(row.delivery_id or 0)) for row in page.rows]),
        "form": form,
        "kept": form.kept(),
        "all_that_match": urlencode({"action": "release", "all": "yes"} | form.kept()),
        "filtered": asked != Asked() or bool(form.errors),
        "caused_by": Delivery.objects.filter(pk=asked.delivery_id or 0).first(),
        "viewer": viewer,
    }
    return render(request, "dashboard/quarantine.html", context)


@access.page()
@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: HttpRequest, address_id: int) -> HttpResponse:
    """Show what is known of an address; release, quarantine or denylist it."""
    row = get_object_or_404(Address, pk=address_id)
    manages = request.user.has_perm(RIGHT)
    form = DecisionForm(row, request.POST or None) if manages else None
    if form and form.is_valid() and _decided(request, row, form):
        return redirect("quarantine_address", row.pk)
    context = {
        "row": row,
        "form": form,
        "lines": address_story.of(row),
        "cause": Delivery.objects.filter(pk=row.delivery_id or 0).first(),
        "allowed": allowing.is_allowed(channel=row.channel, address=row.address),
        "viewer": access.viewer(request),
    }
    return render(request, "dashboard/quarantine_address.html", context)


def _decided(request: HttpRequest, row: Address, form: DecisionForm) -> bool:
    """Do what was decided and say so; tell on the form why that is not possible."""
    try:
        now = quarantining.decide(
            address_id=row.pk,
            status=form.cleaned_data["status"],
            text=form.cleaned_data["text"],
            by=access.person(request),
            at=timezone.now(),
        )
    except NotNow as error:
        form.add_error(None, str(error))
        return False
    status = AddressStatus(now.status).label
    messages.success(request, _("Saved. The address is now: %(status)s.") % {"status": status})
    return True


@access.page(right=RIGHT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Put an address in quarantine or on the denylist."""
    form = NewAddressForm(request.POST or None, label_suffix="")
    if form.is_valid():
        try:
            row = quarantining.add(
                name=form.name(),
                status=form.cleaned_data["status"],
                text=form.cleaned_data["text"],
                by=access.person(request),
                at=timezone.now(),
            )
        except NotNow as error:
            form.add_error("address", str(error))
        else:
            messages.success(request, _("Saved. The address is left alone from now on."))
            return redirect("quarantine_address", row.pk)
    return render(request, "dashboard/quarantine_new.html", {"form": form})


@access.page()
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules and what they were; add one, or change the one about the same."""
    manages = request.user.has_perm(RIGHT)
    form = RuleForm.of(_asked_for(request), request.POST or None) if manages else None
    if form and form.is_valid():
        if CONFIRMED not in request.POST:
            if outlook := _outlook(form):
                return _previewed(request, outlook, form=form)
        elif _changed(request, form):
            return redirect("quarantine_rules")
    ended = Rule.objects.exclude(ended_at=None).select_related("made_by").order_by("-ended_at")
    context: dict[str, Any] = {
        "rules": rulebook.listed(),
        "ended": ended[:MOST_ENDED],
        "form": form,
    }
    return render(request, "dashboard/quarantine_rules.html", context)


@access.page(right=RIGHT)
@require_POST
def remove_rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """End a rule, once it is confirmed, so that a more general one decides."""
    if CONFIRMED not in request.POST:
        rule = Rule.objects.filter(pk=rule_id, ended_at=None).first()
        if rule is None:
            return redirect("quarantine_rules")
        outlook = rule_previews.of_removal(rule_id=rule_id, at=timezone.now())
        return _previewed(request, outlook, rule=rule)
    told = quarantining.remove_rule(rule_id=rule_id, by=access.person(request), at=timezone.now())
    if told:
        messages.success(request, _("The rule is removed. What it decided stays decided."))
    return redirect("quarantine_rules")


def _asked_for(request: HttpRequest) -> Rule | None:
    """Return the rule that is to be changed, if the address names one in force."""
    asked = ids.read(request.GET.get("rule"))
    return Rule.objects.filter(pk=asked, ended_at=None).first() if asked else None


def _outlook(form: RuleForm) -> Outlook | None:
    """Return what a rule would have done; tell on the form why it cannot be."""
    try:
        return rule_previews.of_change(form.wanted(), at=timezone.now())
    except BadRules as error:
        form.add_error(None, str(error))
        return None


def _previewed(
    request: HttpRequest,
    outlook: Outlook,
    *,
    form: RuleForm | None = None,
    rule: Rule | None = None,
) -> HttpResponse:
    """Ask whether a rule is to be saved or removed, and tell what that would have done."""
    context = {
        "outlook": outlook,
        "rule": rule or Rule(**form.wanted()._asdict() if form else {}),
        "removed": rule,
        "fields": [(field.html_name, field.value()) for field in form] if form else [],
        "samples": [outlook.entering, outlook.leaving],
        "days": what_if.LOOKS_BACK.days,
        "viewer": access.viewer(request),
    }
    return render(request, "dashboard/quarantine_what_if.html", context)


def _changed(request: HttpRequest, form: RuleForm) -> bool:
    """Save a rule and say so; tell on the form why it cannot be."""
    try:
        told = quarantining.change_rule(form.wanted(), by=access.person(request), at=timezone.now())
    except BadRules as error:
        form.add_error(None, str(error))
        return False
    if told:
        messages.success(request, _("Saved. It decides about failures from now on."))
    else:
        messages.info(request, _("Nothing has changed."))
    return True
