"""The journal in JSON."""

from typing import Any

from rest_framework import serializers

from api.fields import IdField, TimeField
from api.paging import Paged
from deliveries.models import AuditEvent


class AuditEventSerializer(serializers.Serializer[Any]):
    """One line of the journal."""

    id = IdField()
    at = TimeField()
    level = serializers.ChoiceField(choices=AuditEvent.Level.choices)
    code = serializers.CharField()
    text = serializers.CharField()
    actor = serializers.CharField()


class AuditQuery(Paged):
    """How the journal can be cut."""

    level = serializers.ChoiceField(choices=AuditEvent.Level.choices, required=False)
    actor = serializers.CharField(required=False, allow_blank=True, max_length=150)
    search = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=150,
        help_text="Text that lines contain, or what their code or actor is.",
    )
    since = TimeField(required=False)
    until = TimeField(required=False)
