"""The app `sending`."""

from django.apps import AppConfig


class SendingConfig(AppConfig):
    """Out: the end of deliveries."""

    name = "sending"
    default_auto_field = "django.db.models.BigAutoField"
