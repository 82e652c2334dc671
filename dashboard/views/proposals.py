"""Releases that clicks propose: the list, and the decision."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dashboard import access, paging
from quarantine.acts import NotNow
from storage import keyset
from tracking import proposals
from tracking.models import ReleaseProposal

RIGHT = "quarantine.manage_quarantine"
ROWS = 50


@access.page(right=RIGHT)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show what waits for a decision, the latest click first."""
    page = paging.asked(
        request,
        lambda cursor: keyset.page(proposals.to_decide(), order=("-id",), cursor=cursor, size=ROWS),
    )
    context = {"page": page, "viewer": access.viewer(request)}
    return render(request, "dashboard/proposals.html", context)


@access.page(right=RIGHT)
@require_POST
def decide(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Accept or decline a proposal."""
    accepts = request.POST.get("decision") == "accept"
    act = proposals.accept if accepts else proposals.decline
    try:
        act(proposal_id=proposal_id, by=access.person(request), at=timezone.now())
    except ReleaseProposal.DoesNotExist as error:
        raise Http404 from error
    except (proposals.Decided, NotNow) as error:
        messages.warning(request, str(error))
    else:
        said = _("Released.") if accepts else _("Declined: the address stays in quarantine.")
        messages.success(request, said)
    return redirect("quarantine_proposals")
