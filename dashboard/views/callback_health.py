"""The health of reception: the callbacks of each account, and what waits."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard import access, awaited_ages, callback_hours, paging
from dashboard import callback_health as receipts
from dashboard.callback_health import Period
from ingestion import health as figures_of
from ingestion.health import PERCENTILES
from providers import patience
from providers.models import ProviderAccount
from storage import keyset

ROWS = 50
MOST_WORST = 8
MOST_CAUSES = 5


@access.page()
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Show how the callbacks of each account fare; asks for news by itself."""
    at = timezone.now()
    period = _period(request)
    found = receipts.of_accounts(ProviderAccount.objects.order_by("name"), period=period, at=at)
    by_id = {each.account.pk: each for each in found}
    accounts = ProviderAccount.objects.all()
    page = paging.asked(
        request, lambda cursor: keyset.page(accounts, order=("name",), cursor=cursor, size=ROWS)
    )
    context = _span(period, at) | {
        "percents": PERCENTILES,
        "page": page.having([by_id[account.pk] for account in page.rows if account.pk in by_id]),
        "worst": receipts.worst(found, most=MOST_WORST),
        "wrong": sum(each.is_wrong for each in found),
        "backlog": receipts.backlog(at=at),
    }
    template = "dashboard/callback_health.html"
    if access.is_fragment(request):
        template += "#figures"
    return render(request, template, context)


@access.page()
@require_safe
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show one account's figures, and what came hour by hour; asks for news by itself."""
    at = timezone.now()
    period = _period(request)
    found = get_object_or_404(ProviderAccount, pk=account_id)
    context = _span(period, at)
    template = "dashboard/callback_health_account.html"
    if request.GET.get("part") == "points":
        context["account"] = found
        context["hours"] = callback_hours.of(account_id=found.pk, period=period, at=at)
        return render(request, f"{template}#points", context)
    [shown] = receipts.of_accounts([found], period=period, at=at)
    context |= {
        "account": found,
        "health": shown,
        "limit": patience.receipt_limit(found),
        "ages": awaited_ages.of(shown.awaited),
        "causes": figures_of.causes(account_id=found.pk)[:MOST_CAUSES],
        "viewer": access.viewer(request),
        "backlog": receipts.backlog(at=at),
    }
    if access.is_fragment(request):
        return render(request, f"{template}#figures", context)
    context["hours"] = callback_hours.of(account_id=found.pk, period=period, at=at)
    return render(request, template, context)


def _period(request: HttpRequest) -> Period:
    asked = request.GET.get("period", "")
    return Period(asked) if asked in Period.values else Period.DAY


def _span(period: Period, at: datetime) -> dict[str, Any]:
    return {"period": period, "periods": Period, "since": period.since(at=at)}
