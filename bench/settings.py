"""The settings under measurement: those of the system, and the naive way beside it."""

from smsmonitor.queues import ROUTES
from smsmonitor.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
CELERY_TASK_ROUTES = {**ROUTES, "bench.naive.*": {"queue": "naive"}}
