"""The app `dashboard`."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Pages for people."""

    name = "dashboard"
    default_auto_field = "django.db.models.BigAutoField"
