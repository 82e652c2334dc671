"""Addresses that are left alone: the list, one address, the decision about it, and the rules."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard import access, address_story, paging
from dashboard.qualification_form import REASONS
from dashboard.quarantine_forms import DecisionForm, NewAddressForm, RuleForm
from deliveries import quarantining
from deliveries.models import Delivery
from messaging.channels import Channel
from messaging.failures import Reason
from messaging.statuses import AddressStatus
from quarantine import listing, rulebook
from quarantine.acts import NotNow
from quarantine.listing import Filter
from quarantine.models import Address, Rule
from quarantine.rulebook import BadRules
from storage import keyset

RIGHT = "quarantine.manage_quarantine"
ROWS = 50
LONGEST_SEARCH = 320
SHOWN_REASONS = (*REASONS, Reason.QUARANTINED)
MOST_ENDED = 50


@access.page()
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the addresses that are not simply valid, those that changed last first."""
    chosen = _parse(request.GET)
    viewer = access.viewer(request)
    found = listing.listed(chosen, sees_addresses=viewer.sees_addresses)
    page = paging.asked(
        request,
        lambda cursor: keyset.page(found, order=listing.ORDER, cursor=cursor, size=ROWS),
    )
    ids = {row.delivery_id for row in page.rows if row.delivery_id}
    causes = Delivery.objects.only("label", "code").in_bulk(ids)
    context = {
        "page": page.having([(row, causes.get(row.delivery_id or 0)) for row in page.rows]),
        "filter": chosen,
        "filtered": chosen != Filter(),
        "statuses": AddressStatus.choices,
        "channels": Channel.choices,
        "reasons": [(reason.value, reason.label) for reason in SHOWN_REASONS],
        "viewer": viewer,
    }
    return render(request, "dashboard/quarantine.html", context)


def _parse(query: QueryDict) -> Filter:
    """Read a filter from an address; what is not known is left out."""
    status, channel = query.get("status", ""), query.get("channel", "")
    reason = query.get("reason", "")
    return Filter(
        status=status if status in AddressStatus.values else "",
        channel=channel if channel in Channel.values else "",
        reason=int(reason) if reason in {str(each.value) for each in SHOWN_REASONS} else None,
        search=query.get("search", "").strip().replace("\0", "")[:LONGEST_SEARCH],
    )


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
    if form and form.is_valid() and _changed(request, form):
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
    """End a rule, so that a more general one decides."""
    told = quarantining.remove_rule(rule_id=rule_id, by=access.person(request), at=timezone.now())
    if told:
        messages.success(request, _("The rule is removed. What it decided stays decided."))
    return redirect("quarantine_rules")


def _asked_for(request: HttpRequest) -> Rule | None:
    """Return the rule that is to be changed, if the address names one in force."""
    asked = request.GET.get("rule", "")
    if not asked.isascii() or not asked.isdigit() or len(asked) > len("1000000000000000"):
        return None
    return Rule.objects.filter(pk=int(asked), ended_at=None).first()


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
