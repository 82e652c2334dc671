"""Incidents, and from when on failures are one, in JSON."""

from typing import Any

from rest_framework import serializers

from api.fields import IdField, TimeField
from api.paging import Paged
from api.strictness import Strict
from quarantine.models import Incident

LONGEST_TEXT = 500


class IncidentSerializer(serializers.Serializer[Any]):
    """A spike of failures in one place; what is empty of a place means any."""

    id = IdField()
    account = IdField(source="account_id")
    country = serializers.CharField()
    network = serializers.CharField()
    prefix = serializers.CharField()
    state = serializers.ChoiceField(Incident.State.choices)
    began_at = TimeField()
    failing_until = TimeField()
    held_from = TimeField(help_text="Errors from then on belong to it.")
    held_until = TimeField(allow_null=True, help_text="Null while it goes on.")
    messages = serializers.IntegerField()
    failed = serializers.IntegerField()
    usual = serializers.FloatField(
        allow_null=True, help_text="Share (0 to 1) that usually fails there; null: not known."
    )
    held = serializers.IntegerField(help_text="Errors that are void; final once settled.")
    settled = serializers.BooleanField(help_text="Whether all addresses follow the state.")
    found_at = TimeField()
    decided_at = TimeField(allow_null=True)
    decided_by = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()

    def get_decided_by(self, row: Incident) -> str:
        """Return who decided; empty where nobody has."""
        return row.decided_by.get_username() if row.decided_by else ""

    def get_text(self, row: Incident) -> str:
        """Return why, in somebody's own words."""
        return str(self.context["viewer"].text(row.text))


class IncidentsQuery(Paged):
    """Which incidents."""

    state = serializers.ChoiceField(Incident.State.choices, required=False)


class VerdictSerializer(Strict):
    """Why somebody decides so, if that is said."""

    reason = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, allow_blank=True, default=""
    )


class LimitsSerializer(Strict):
    """From when on failures are an incident; fields that are left out stay."""

    enabled = serializers.BooleanField(required=False)
    least_messages = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False)
    least_percent = serializers.IntegerField(min_value=1, max_value=100, required=False)
    times_usual = serializers.IntegerField(min_value=1, max_value=1_000, required=False)
    new_percent = serializers.IntegerField(min_value=1, max_value=100, required=False)
    quiet_minutes = serializers.IntegerField(min_value=1, max_value=600, required=False)
    version = serializers.IntegerField(read_only=True)
    made_at = TimeField(read_only=True)
