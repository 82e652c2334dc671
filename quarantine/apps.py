"""The app `quarantine`."""

from django.apps import AppConfig


class QuarantineConfig(AppConfig):
    """Addresses that are left alone, and why."""

    name = "quarantine"
    default_auto_field = "django.db.models.BigAutoField"
