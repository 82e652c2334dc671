"""The app `sending`."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SendingConfig(AppConfig):
    """Out: targets, their preparation, and the end of deliveries."""

    name = "sending"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every installation begin with a typology, and erasures reach the targets."""
        from deliveries import forgetting, roles  # noqa: PLC0415  # models are not loaded before
        from sending import erasing, typologies  # noqa: PLC0415  # models are not loaded before

        forgetting.also(erasing.erase, holder=erasing.hold)
        post_migrate.connect(roles.ensure, sender=self)
        post_migrate.connect(typologies.ensure, sender=self)
