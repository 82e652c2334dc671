"""The proofs of a delivery: test sends of its content, listed and made."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dashboard import access, paging, previews
from dashboard.proof_form import ProofForm
from deliveries.models import Delivery
from messaging import personal
from sending import examples, proofs
from sending.beginning import NotAllowed
from sending.preparation import NotPreparable
from sending.previews import OFFERED
from sending.proofs import BadProof
from sending.typologies import UnknownTypology

RIGHT = "deliveries.launch_delivery"
ROWS = 20


@access.page()
@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show the proofs of a delivery, the first page with news, and send another one."""
    delivery = get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)
    if request.method == "POST":
        return _sent(request, delivery)
    if access.is_fragment(request):
        context = _context(request, delivery)
        return render(request, "dashboard/delivery/audit_proofs.html#rows", context)
    return _answer(request, delivery)


@access.page(right=RIGHT)
def _sent(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    form = _form(request, delivery, request.POST)
    if form.is_valid():
        try:
            proofs.send(
                delivery_id=delivery.pk,
                by=access.person(request),
                at=timezone.now(),
                **form.asked(),
            )
        except BadProof as error:
            form.blame(error)
        except (NotAllowed, NotPreparable, UnknownTypology) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The proof is on its way."))
            return redirect("delivery_audit_proofs", delivery.pk)
    return _answer(request, delivery, form)


def _form(request: HttpRequest, delivery: Delivery, given: Any = None) -> ProofForm:
    """Return the form; only a text with fields is one recipient's and no other's."""
    people = []
    if personal.names(delivery.content):
        people = examples.some(delivery_id=delivery.pk, number=OFFERED)
    return ProofForm(given, choices=previews.choices_of(people, viewer=access.viewer(request)))


def _answer(
    request: HttpRequest, delivery: Delivery, form: ProofForm | None = None
) -> HttpResponse:
    may = request.user.has_perm(RIGHT) and proofs.are_possible(delivery)
    if form is None and may:
        form = _form(request, delivery)
    context = _context(request, delivery) | {"form": form}
    return render(request, "dashboard/delivery/audit_proofs.html", context)


def _context(request: HttpRequest, delivery: Delivery) -> dict[str, Any]:
    page = paging.asked(
        request,
        lambda cursor: proofs.page(delivery_id=delivery.pk, cursor=cursor, size=ROWS),
    )
    moving = any(proof.delivery.is_live for proof in page.rows)
    return {
        "delivery": delivery,
        "viewer": access.viewer(request),
        "page": page,
        "asks_for_news": moving and "cursor" not in request.GET,
    }
