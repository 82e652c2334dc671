"""The app `ingestion`."""

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    """In: callbacks, stored first and understood later; messages that other systems sent."""

    name = "ingestion"
    default_auto_field = "django.db.models.BigAutoField"
