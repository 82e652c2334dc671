"""The app `quarantine`."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class QuarantineConfig(AppConfig):
    """Addresses that are left alone, and why."""

    name = "quarantine"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every installation begin with rules."""
        from quarantine import rulebook  # noqa: PLC0415  # models are not loaded before

        post_migrate.connect(rulebook.ensure, sender=self)
