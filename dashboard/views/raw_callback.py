"""A callback as its provider posted it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard import access, raw_parts
from ingestion import raw
from providers.models import ProviderAccount

# Gone, and known to have been there: a page tells so.
GONE = 410


@access.page(right="providers.handle_callbacks")
@require_safe
def shown(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Show the request; it holds addresses, so it takes the right to those too."""
    if not access.viewer(request).sees_addresses:
        raise PermissionDenied
    found = raw.entry(entry_id=entry_id)
    context = {
        "entry_id": entry_id,
        "raw": found,
        "parts": raw_parts.of(found) if found else None,
        "account": ProviderAccount.objects.filter(pk=found.account_id).first() if found else None,
    }
    return render(request, "dashboard/raw_callback.html", context, status=200 if found else GONE)
