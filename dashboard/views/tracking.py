"""The tab "Tracking": who clicked, on which links, and when."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard import access, click_chart, click_rows, csv_answer, hot_links, paging
from deliveries import averages, figures
from deliveries.models import Delivery
from tracking import report

# People still click when a delivery has ended.
NEWS_AFTER = timedelta(days=1)
URL_HEADER = (
    "label", "category", "mode", "url", "clicks", "human_clicks", "suspected_clicks", "clickers",
)  # fmt: skip


@access.page()
@require_safe
def clicks(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show the clicks, newest first; the first page asks for news while there may be some."""
    delivery = _delivery(delivery_id)
    verdict = _verdict(request)
    page = paging.asked(
        request, lambda cursor: click_rows.page(delivery, verdict=verdict, cursor=cursor)
    )
    now = timezone.now()
    context = _context(request, delivery, at=now) | {
        "page": page,
        "verdict": verdict,
        "counts": _counts(delivery),
        "asks_for_news": _may_have_news(delivery, at=now) and "cursor" not in request.GET,
    }
    template = "dashboard/delivery/tracking.html"
    return render(request, f"{template}#news" if access.is_fragment(request) else template, context)


@access.page()
@require_safe
def clicks_file(request: HttpRequest, delivery_id: int) -> StreamingHttpResponse:
    """Answer with the clicks as a file."""
    delivery = _delivery(delivery_id)
    rows = click_rows.table(delivery, verdict=_verdict(request), viewer=access.viewer(request))
    return csv_answer.answer(f"{delivery.code}-clicks", click_rows.HEADER, rows)


@access.page()
@require_safe
def urls(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show the links by their label, and drawn on the message."""
    delivery = _delivery(delivery_id)
    lines = report.by_label(delivery_id=delivery.pk)
    context = _context(request, delivery, at=timezone.now()) | {
        "lines": lines,
        "pieces": hot_links.of(access.viewer(request).text(delivery.content), lines),
    }
    return render(request, "dashboard/delivery/tracking_urls.html", context)


@access.page()
@require_safe
def urls_file(request: HttpRequest, delivery_id: int) -> StreamingHttpResponse:
    """Answer with the links as a file, each URL by itself."""
    delivery = _delivery(delivery_id)
    viewer = access.viewer(request)
    rows = (
        (
            viewer.text(told.url.label),
            told.url.category,
            told.url.mode,
            viewer.text(told.url.url),
            told.clicks,
            told.human_clicks,
            told.suspected_clicks,
            told.clickers,
        )
        for line in report.by_label(delivery_id=delivery.pk)
        for told in line.urls
    )
    return csv_answer.answer(f"{delivery.code}-urls", URL_HEADER, rows)


@access.page()
@require_safe
def times(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show when people clicked, and how fast."""
    delivery = _delivery(delivery_id)
    now = timezone.now()
    context = _context(request, delivery, at=now) | {
        "chart": click_chart.of(delivery_id=delivery.pk, step=request.GET.get("step", "")),
        "reactivity": report.reactivity(delivery),
        "asks_for_news": _may_have_news(delivery, at=now),
    }
    template = "dashboard/delivery/tracking_times.html"
    return render(request, f"{template}#news" if access.is_fragment(request) else template, context)


def _delivery(delivery_id: int) -> Delivery:
    return get_object_or_404(Delivery.objects.select_related("account"), pk=delivery_id)


def _verdict(request: HttpRequest) -> str:
    """Return what the list is narrowed to; what is not known narrows nothing."""
    asked = request.GET.get("verdict", "")
    return asked if asked in click_rows.CHOICES else ""


def _counts(delivery: Delivery) -> dict[str, int]:
    told = report.verdicts(delivery_id=delivery.pk)
    return {
        choice: sum(told.get(verdict, 0) for verdict in verdicts)
        for choice, verdicts in click_rows.CHOICES.items()
    }


def _may_have_news(delivery: Delivery, *, at: datetime) -> bool:
    ended = delivery.finished_at
    return delivery.is_live or (ended is not None and at - ended < NEWS_AFTER)


def _context(request: HttpRequest, delivery: Delivery, *, at: datetime) -> dict[str, Any]:
    counted = figures.of(delivery_ids=[delivery.pk])[delivery.pk]
    return {
        "delivery": delivery,
        "figures": counted,
        "suspected": counted.clicks - counted.human_clicks,
        "averages": averages.of_platform(at=at),
        "viewer": access.viewer(request),
    }
