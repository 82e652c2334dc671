"""Enumerations that the database keeps as numbers and everybody else reads by name."""

from django.db.models import IntegerChoices


class NamedChoices(IntegerChoices):
    """Numbers that are compared and stored, each with a label for people and a name for JSON."""

    @property
    def api_name(self) -> str:
        """Return the name that JSON, CSV and URLs carry."""
        return self.name.lower()
