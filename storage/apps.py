"""The app that brings the id function into the database."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    """No tables: one sequence and one function."""

    name = "storage"
