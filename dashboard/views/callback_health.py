"""The health of reception: the callbacks of each account, and what waits."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard import access
from dashboard import callback_health as receipts


@access.page()
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Show how the callbacks of each account fare; asks for news by itself."""
    context = {
        "accounts": receipts.of_accounts(at=timezone.now()),
        "labels": receipts.FIGURES.values(),
        "backlog": receipts.backlog(),
    }
    template = "dashboard/callback_health.html"
    if access.is_fragment(request):
        template += "#figures"
    return render(request, template, context)
