"""The app `providers`."""

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    """Gateways: one file per provider, their accounts and what their codes mean."""

    name = "providers"
    default_auto_field = "django.db.models.BigAutoField"
