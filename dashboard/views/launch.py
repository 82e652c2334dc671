"""Acts on a delivery, each confirmed on a page of its own, and what is in doubt."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from dashboard import access, ids, paging
from dashboard.start_form import StartForm
from deliveries import figures
from deliveries.models import Delivery
from sending import doubts, lanes, launch
from sending.launch import Act, BadStart, NotAllowed

RIGHT = "deliveries.launch_delivery"
ROWS = 50
SENT, NOT_SENT = "sent", "not_sent"


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Ask when and how, then start."""
    get_object_or_404(Delivery.objects.only("id"), pk=delivery_id)
    form = StartForm(request.POST or None)
    if form.is_valid():
        try:
            started = launch.start(delivery_id=delivery_id, **form.asked(), **_acting(request))
        except BadStart as error:
            form.blame(error)
        except NotAllowed as error:
            messages.error(request, str(error))
            return redirect("delivery", delivery_id)
        else:
            _tell(request, started)
            return redirect("delivery", delivery_id)
    return _confirmed(request, delivery_id, Act.START, form=form)


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Ask once, then pause."""
    return _act(request, delivery_id, Act.PAUSE, launch.pause)


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Ask once, then go on."""
    return _act(request, delivery_id, Act.RESUME, launch.resume)


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Ask once, then cancel for good."""
    return _act(request, delivery_id, Act.CANCEL, launch.cancel)


def _act(
    request: HttpRequest, delivery_id: int, act: Act, do: Callable[..., Delivery]
) -> HttpResponse:
    if request.method != "POST":
        return _confirmed(request, delivery_id, act)
    get_object_or_404(Delivery.objects.only("id"), pk=delivery_id)
    try:
        done = do(delivery_id=delivery_id, **_acting(request))
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        _tell(request, done)
    return redirect("delivery", delivery_id)


def _tell(request: HttpRequest, delivery: Delivery) -> None:
    status = delivery.get_status_display()
    text = _("Done. The delivery is now: %(status)s.") % {"status": status}
    messages.success(request, text)


def _confirmed(
    request: HttpRequest, delivery_id: int, act: Act, form: StartForm | None = None
) -> HttpResponse:
    """Show what an act would mean; where it is not possible, say so instead."""
    delivery = get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)
    lane = lanes.of(account_id=delivery.account_id)
    waiting = figures.of(delivery_ids=[delivery_id])[delivery_id].pending
    context = {
        "delivery": delivery,
        "act": act,
        "why_not": launch.why_not(delivery, act),
        "form": form,
        "waiting": waiting,
        "rate": lanes.rate_of(delivery.account, lane),
        "lane": lane,
    }
    return render(request, "dashboard/delivery/act.html", context)


@access.page(right=RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def in_doubt(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show messages in doubt, and take what somebody has found out about them."""
    delivery = get_object_or_404(Delivery, pk=delivery_id)
    if request.method == "POST":
        _decide(request, delivery)
        return redirect("delivery_doubts", delivery_id)
    page = paging.asked(
        request,
        lambda cursor: doubts.page(delivery_id=delivery_id, cursor=cursor, size=ROWS),
    )
    context = {"delivery": delivery, "page": page, "viewer": access.viewer(request)}
    return render(request, "dashboard/delivery/doubts.html", context)


def _decide(request: HttpRequest, delivery: Delivery) -> None:
    """Decide on the messages that were ticked, or on all of them."""
    ticked = ids.among(request.POST.getlist("message"))
    said = request.POST.get("said", "")
    is_all = request.POST.get("all") == "on"
    if said not in (SENT, NOT_SENT) or not (ticked or is_all):
        messages.error(request, _("Choose messages, or all of them, and what is known of them."))
        return
    try:
        decided = doubts.decide(
            delivery_id=delivery.pk,
            was_sent=said == SENT,
            message_ids=None if is_all else ticked[:ROWS],
            **_acting(request),
        )
    except doubts.NotInDoubt as error:
        messages.error(request, str(error))
    else:
        text = ngettext("%(count)d message decided on.", "%(count)d messages decided on.", decided)
        messages.success(request, text % {"count": decided})


def _acting(request: HttpRequest) -> dict[str, Any]:
    return {"by": access.person(request), "at": timezone.now()}
