"""The app `deliveries`."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DeliveriesConfig(AppConfig):
    """The record: what was to be sent, what became of it, the journal."""

    name = "deliveries"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the roles in step with the rights that the code knows."""
        from deliveries import roles  # noqa: PLC0415  # models are not loaded before

        post_migrate.connect(roles.ensure, sender=self)
