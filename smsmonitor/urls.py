"""Every address of the system, by who answers it."""

from django.conf import settings
from django.urls import include, path

from ingestion.simulator import reception
from smsmonitor import probes

urlpatterns = [
    # First, since each address that is tried before another costs: nothing is asked for as often.
    path("callbacks/", include("ingestion.urls")),
    path("simulator/messages/", reception.take, name="simulator_messages"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
    path("api/v1/", include("api.urls")),
    path("", include("dashboard.urls")),
]

handler400 = "dashboard.views.errors.bad_request"
handler403 = "dashboard.views.errors.forbidden"
handler404 = "dashboard.views.errors.not_found"
handler500 = "dashboard.views.errors.server_error"

if settings.BENCH_HELLO:
    urlpatterns.insert(0, path("hello", probes.hello, name="hello"))
