"""A message: its whole story, and the other messages to the same address."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from dashboard import access, click_rows, evidence, inbound_rows, message_lines, paging
from dashboard.inbound_rows import InboundRow
from deliveries import story
from deliveries.models import Message, ProviderReference
from deliveries.story import Story
from ingestion import inbound
from messaging.statuses import Evidence
from quarantine import standings
from quarantine.models import Address
from quarantine.standings import Denied
from storage import keyset
from storage.ids import time_of
from tracking.models import Click

ROWS = 100
MOST_REPLIES = 100
MOST_CLICKS = 50
NOTHING_NEW = 204


@access.page()
@require_safe
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show what was said of a message, and what came of it."""
    try:
        told = story.of(message_id=message_id)
    except Message.DoesNotExist as error:
        raise Http404 from error
    found = told.message
    written = list(inbound.of_message(found.pk)[:MOST_REPLIES])
    replies = inbound_rows.of(written, with_standing=False)
    manages = request.user.has_perm("quarantine.manage_quarantine")
    denied = standings.denied([found.address]).get(found.address) if manages else None
    listed = standings.listed(found.channel, found.address) if manages else None
    clicked = list(
        Click.objects.filter(message_id=found.pk)
        .select_related("url")
        .order_by("-at", "-id")[:MOST_CLICKS]
    )
    stamp = _stamp(told, replies, denied, listed, clicked)
    if access.is_fragment(request) and request.GET.get("seen") == stamp:
        # Nothing new: the page stays as it is.
        return HttpResponse(status=NOTHING_NEW)
    context = {
        "message": found,
        "delivery": found.delivery,
        "made_at": time_of(found.pk),
        "stamp": stamp,
        "lines": message_lines.of(told),
        "grades": evidence.why(found, [line.event for line in told.events]),
        "replies": replies,
        "clicks": click_rows.rows(clicked, message=found),
        "clicked": Evidence.CLICKED,
        "denied": denied,
        "listed": listed,
        "references": ProviderReference.objects.filter(message_id=found.pk).order_by(
            "attempt", "part", "id"
        ),
        "viewer": access.viewer(request),
    }
    template = "dashboard/message.html"
    if access.is_fragment(request):
        template += "#told"
    return render(request, template, context)


@access.page(right="deliveries.view_addresses")
@require_safe
def history(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show every message to the address of this one, newest first."""
    found = get_object_or_404(Message.objects.select_related("delivery"), pk=message_id)
    others = Message.objects.filter(channel=found.channel, address=found.address)
    # An erased address is empty, and says nothing about who else was erased.
    others = others.exclude(address="").select_related("delivery")
    page = paging.asked(
        request, lambda cursor: keyset.page(others, order=("-id",), cursor=cursor, size=ROWS)
    )
    context = {
        "message": found,
        "page": page.having([(time_of(other.pk), other) for other in page.rows]),
        "viewer": access.viewer(request),
    }
    return render(request, "dashboard/message_history.html", context)


def _stamp(
    told: Story,
    replies: Sequence[InboundRow],
    denied: Denied | None,
    known: Address | None,
    clicked: Sequence[Click],
) -> str:
    """Return a text that differs whenever the page would."""
    live = "live" if told.message.delivery.is_live else "ended"
    listed = f"{denied.since:%Y%m%d%H%M%S%f}" if denied else "free"
    listed += f"-{known.modified_at:%Y%m%d%H%M%S%f}" if known else ""
    changed = f"{told.message.changed_at:%Y%m%d%H%M%S%f}"
    verdicts = "".join(click.verdict[0] for click in clicked)
    return f"{changed}-{len(told.events)}-{len(replies)}-{verdicts}-{listed}-{live}"
