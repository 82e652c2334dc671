"""The app `tracking`."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save


class TrackingConfig(AppConfig):
    """Links in texts, and who clicked."""

    name = "tracking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Look for URLs in whatever a delivery is to say; let the recount prove clicks."""
        from deliveries import recount  # noqa: PLC0415  # models come after apps
        from tracking import proposals, tallies  # noqa: PLC0415

        recount.include(tallies.SOURCE)
        proposals.listen()
        post_save.connect(_note_urls, sender="deliveries.Delivery", dispatch_uid="urls")


def _note_urls(
    instance: Any, *, created: bool, update_fields: frozenset[str] | None, **_: object
) -> None:
    from tracking import urls  # noqa: PLC0415  # models come after apps

    if instance.content if created else update_fields is None or "content" in update_fields:
        urls.note(delivery_id=instance.pk)
