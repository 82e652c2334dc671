"""Provider accounts: their list, adding one, changing one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import access, account_cards, paging
from dashboard.account_form import AccountForm
from ingestion import accounts
from ingestion.accounts import BadAccount
from providers import registry
from providers.models import ProviderAccount
from storage import keyset

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
    context = {
        "page": page.having([account_cards.of(account) for account in page.rows]),
    }
    return render(request, "dashboard/accounts.html", context)


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for the kind first, then for what that kind needs."""
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if kind not in dict(registry.choices()):
        kinds = {"kinds": registry.choices()}
        return render(request, "dashboard/account_kind.html", kinds)
    form = AccountForm(request.POST or None, provider=registry.get(kind), stored={})
    if form.is_valid():
        try:
            account = accounts.create(
                name=form.cleaned_data["name"],
                kind=kind,
                credentials=form.credentials(),
                by=access.person(request),
                at=timezone.now(),
            )
        except BadAccount as error:
            form.blame(error)
        else:
            text = _("The account is ready: give its callback address to your provider.")
            messages.success(request, text)
            return redirect("account", account.pk)
    context = {"form": form, "kind": kind, "provider": form.provider}
    return render(request, "dashboard/account.html", context)


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show one account and take changes; its secrets are never shown again."""
    found = get_object_or_404(ProviderAccount, pk=account_id)
    provider = account_cards.provider_of(found)
    if provider is None:
        raise Http404
    form = AccountForm(
        request.POST or None,
        provider=provider,
        stored=account_cards.stored(found),
        initial={"name": found.name},
    )
    if form.is_valid():
        try:
            accounts.change(
                account_id=found.pk,
                name=form.cleaned_data["name"],
                credentials=form.credentials(),
                by=access.person(request),
                at=timezone.now(),
            )
        except BadAccount as error:
            form.blame(error)
        else:
            messages.success(request, _("The account was saved."))
            return redirect("account", found.pk)
    context = {
        "form": form,
        "card": account_cards.of(found),
        "provider": provider,
    }
    return render(request, "dashboard/account.html", context)
