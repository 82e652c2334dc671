"""Answers to machines that watch the system: alive, ready, counts."""

import ipaddress
import secrets

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from smsmonitor import requirements
from smsmonitor.metrics import Counts


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that this process answers; touches neither database nor broker."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def hello(_request: HttpRequest) -> HttpResponse:
    """Answer with nothing but the middleware's work: the yardstick of `make bench`."""
    return HttpResponse("hello\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether requests can be served, and if not what is missing.

    Why, with names of hosts and users, is told to those who may see the metrics.
    """
    failing = {}
    for name in ("database", "cache", "broker"):
        try:
            getattr(requirements, name)()
        except requirements.NotMet as error:
            failing[name] = str(error) if _may_see_metrics(request) else "does not answer"
    return JsonResponse({"ready": not failing, "failing": failing}, status=503 if failing else 200)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Show counts in Prometheus' format, to this machine or to whoever has the token."""
    if not _may_see_metrics(request):
        return HttpResponse("Set METRICS_TOKEN and send it as a bearer token.\n", status=403)
    registry = CollectorRegistry()
    registry.register(Counts())
    try:
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    except DatabaseError:
        return HttpResponse("The database does not answer.\n", status=503)


def _may_see_metrics(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        sent = request.headers.get("Authorization", "")
        return secrets.compare_digest(sent.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    # Behind a proxy of this machine everybody comes from it; the proxy then says for whom.
    forwarded = {"X-Forwarded-For", "Forwarded", "X-Real-Ip"} & set(request.headers)
    try:
        caller = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return caller.is_loopback and not forwarded
