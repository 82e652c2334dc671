"""The wiring: settings, addresses, Celery, schedule, embedded servers. Nobody imports it."""

from smsmonitor.celery import app as celery_app

__all__ = ["celery_app"]
