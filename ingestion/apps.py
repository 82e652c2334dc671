"""The app `ingestion`."""

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    """In: callbacks, stored first and understood later; messages that other systems sent."""

    name = "ingestion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear what providers answer when messages are handed over."""
        from ingestion import answers  # noqa: PLC0415 (models are there only now)

        answers.listen()
