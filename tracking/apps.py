"""The app `tracking`."""

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    """Links in texts, and who clicked."""

    name = "tracking"
    default_auto_field = "django.db.models.BigAutoField"
