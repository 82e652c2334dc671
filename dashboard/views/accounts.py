"""Provider accounts: their list, adding one, changing one."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard import access, account_cards, arrivals, paging
from dashboard.account_form import AccountForm
from ingestion import accounts, sightings, subscriptions, trials
from ingestion.accounts import BadAccount
from ingestion.models import Subscription
from ingestion.simulator import trying
from providers import registry
from providers.base import CannotConfirm, Provider
from providers.models import ProviderAccount
from sending import lanes
from storage import keyset
from tracking import domains

ROWS = 50
RIGHT = "providers.manage_accounts"


@access.page(right=RIGHT)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show every account with its callback address."""
    found = ProviderAccount.objects.all()
    page = paging.asked(
        request, lambda cursor: keyset.page(found, order=("name",), cursor=cursor, size=ROWS)
    )
    seen = sightings.of(account_ids=[account.pk for account in page.rows])
    context = {
        "page": page.having(
            [
                (account_cards.of(account), arrivals.first(seen.get((account.pk, True))))
                for account in page.rows
            ]
        ),
    }
    return render(request, "dashboard/accounts.html", context)


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for the kind first, then for what that kind needs."""
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if kind not in dict(registry.choices()):
        kinds = {"channels": registry.by_channel()}
        return render(request, "dashboard/account_kind.html", kinds)
    form = AccountForm(request.POST or None, provider=registry.get(kind), stored={})
    if form.is_valid():
        try:
            account = accounts.create(
                name=form.cleaned_data["name"],
                kind=kind,
                credentials=form.credentials(),
                short_domain=form.cleaned_data["short_domain"],
                by=access.person(request),
                at=timezone.now(),
            )
        except BadAccount as error:
            form.blame(error)
        else:
            _limit(request, account, form)
            text = _("The account is ready: give its callback address to your provider.")
            messages.success(request, text)
            return redirect("account", account.pk)
    context = {"form": form, "kind": kind, "provider": form.provider}
    return render(request, "dashboard/account.html", context)


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show one account and take changes; its secrets are never shown again."""
    found, provider = _known(account_id)
    lane = lanes.of(account_id=account_id)
    form = AccountForm(
        request.POST or None,
        provider=provider,
        stored=account_cards.stored(found),
        initial={
            "name": found.name,
            "rate": lane and lane.rate,
            "short_domain": domains.of(account_id=found.pk),
        },
    )
    if form.is_valid():
        try:
            accounts.change(
                account_id=found.pk,
                name=form.cleaned_data["name"],
                credentials=form.credentials(),
                short_domain=form.cleaned_data["short_domain"],
                by=access.person(request),
                at=timezone.now(),
            )
        except BadAccount as error:
            form.blame(error)
        else:
            _limit(request, found, form)
            messages.success(request, _("The account was saved."))
            return redirect("account", found.pk)
    context = _way(found, provider) | {
        "form": form,
        "card": account_cards.of(found),
        "provider": provider,
        "lane": lane,
        "out_of_reach": not provider.calls_from_here
        and arrivals.is_out_of_reach(settings.PUBLIC_URL),
    }
    return render(request, "dashboard/account.html", context)


def _limit(request: HttpRequest, account: ProviderAccount, form: AccountForm) -> None:
    """Set how fast the account sends, where its kind can."""
    if "rate" in form.fields:
        rate, by = form.cleaned_data["rate"], access.person(request)
        lanes.limit(account=account, rate=rate, by=by, at=timezone.now())


@access.page(right=RIGHT)
@require_safe
def arrival(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show how far a test has come, and whether the first genuine callback is there."""
    found, provider = _known(account_id)
    context = _way(found, provider) | {"account": found, "provider": provider}
    return render(request, "dashboard/account_news.html", context)


@access.page(right=RIGHT)
@require_POST
def test(request: HttpRequest, account_id: int) -> HttpResponse:
    """Post a test callback to our own door, and show how far it has come."""
    found, provider = _known(account_id)
    trying.send(account=found, at=timezone.now())
    if not access.is_fragment(request):
        return redirect("account", found.pk)
    context = _way(found, provider) | {"account": found, "provider": provider}
    return render(request, "dashboard/account_news.html", context)


@access.page(right=RIGHT)
@require_POST
def confirm(request: HttpRequest, account_id: int, subscription_id: int) -> HttpResponse:
    """Say yes to a topic that asked to be subscribed to an account's address."""
    try:
        subscriptions.confirm(
            account_id=account_id,
            subscription_id=subscription_id,
            by=access.person(request),
            at=timezone.now(),
        )
    except Subscription.DoesNotExist as error:
        raise Http404 from error
    except CannotConfirm as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The subscription is confirmed."))
    return redirect("account", account_id)


def _known(account_id: int) -> tuple[ProviderAccount, Provider]:
    """Return an account and its provider; raise Http404 where there is none of them."""
    found = get_object_or_404(ProviderAccount, pk=account_id)
    provider = account_cards.provider_of(found)
    if provider is None:
        raise Http404
    return found, provider


def _way(account: ProviderAccount, provider: Provider) -> dict[str, Any]:
    """Return what is known of the way to an account."""
    at = timezone.now()
    trial = trials.latest(account_id=account.pk)
    seen = sightings.of(account_ids=[account.pk])
    genuine = arrivals.first(seen.get((account.pk, True)))
    owed = provider.is_signed(accounts.credentials_of(account))
    return {
        "genuine": genuine,
        "unproven": (account.pk, False) in seen,
        "subscriptions": subscriptions.of(account_id=account.pk),
        "steps": arrivals.steps(trial, provider, owed=owed, at=at) if trial else [],
        "trial": trial,
        "waiting": genuine is None or arrivals.goes_on(trial, at=at),
    }
