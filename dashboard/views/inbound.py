"""What people wrote back, and what came of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard import access, inbound_rows, paging
from dashboard.inbound_filter import InboundFilterForm
from deliveries.models import Delivery
from ingestion import inbound as messages
from storage import keyset

ROWS = 100


@access.page()
@require_safe
def inbound(request: HttpRequest) -> HttpResponse:
    """Show the messages, newest first."""
    viewer = access.viewer(request)
    form = InboundFilterForm(request.GET, sees_addresses=viewer.sees_addresses)
    chosen = form.chosen()
    found = messages.listed(chosen, sees_addresses=viewer.sees_addresses)
    found = found.select_related("account")
    page = paging.asked(
        request, lambda cursor: keyset.page(found, order=("-id",), cursor=cursor, size=ROWS)
    )
    manages = request.user.has_perm("quarantine.manage_quarantine")
    context = {
        "page": page.having(inbound_rows.of(page.rows, with_standing=manages)),
        "form": form,
        "delivery": Delivery.objects.filter(pk__in=[chosen.delivery_id]).first(),
        "is_filtered": chosen != messages.InboundFilter(),
        "viewer": viewer,
    }
    return render(request, "dashboard/inbound.html", context)
