"""What people wrote back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard import access, paging
from ingestion.models import InboundMessage
from storage import keyset

ROWS = 100


@access.page()
@require_safe
def inbound(request: HttpRequest) -> HttpResponse:
    """Show the replies, newest first."""
    replies = InboundMessage.objects.select_related("account")
    page = paging.asked(
        request, lambda cursor: keyset.page(replies, order=("-id",), cursor=cursor, size=ROWS)
    )
    context = {
        "page": page,
        "viewer": access.viewer(request),
    }
    return render(request, "dashboard/inbound.html", context)
