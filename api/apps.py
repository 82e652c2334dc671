"""The app `api`."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API for machines."""

    name = "api"
    default_auto_field = "django.db.models.BigAutoField"
