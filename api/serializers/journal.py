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
