"""Addresses taken over from elsewhere, in JSON."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import IdField
from api.serializers.quarantine import ADDED, LONGEST_TEXT
from api.serializers.quarantine_filter import filter_fields
from api.strictness import Query
from deliveries.exchange import Imported
from messaging.statuses import AddressStatus
from quarantine.bulk_models import BulkAct


class ImportQuery(Query):
    """How a table is taken over; what a line says itself comes first."""

    dry_run = serializers.BooleanField(default=False, help_text="Only tell what would be done.")
    status = serializers.ChoiceField(ADDED, default=AddressStatus.QUARANTINE)
    reason = serializers.CharField(
        max_length=LONGEST_TEXT, default="", allow_blank=True, help_text="Why, in your own words."
    )


class ExportQuery(Query):
    """Which addresses; without a status all that are not valid."""

    def get_fields(self) -> dict[str, Any]:
        """Return the filter."""
        return filter_fields()


class RejectedLineSerializer(serializers.Serializer[Any]):
    """A line that is not taken, and why."""

    line = serializers.IntegerField()
    field = serializers.CharField()
    detail = serializers.CharField(source="fault")


class ImportedSerializer(serializers.Serializer[Any]):
    """What an import does, or would do: new addresses, known ones that change, and no change."""

    id = IdField(source="row.pk", default=None, allow_null=True)
    dry_run = serializers.SerializerMethodField()
    state = serializers.ChoiceField(
        BulkAct.State.choices, source="row.state", default=None, allow_null=True
    )
    new = serializers.IntegerField(source="counts.new")
    changed = serializers.IntegerField(source="counts.changed")
    already = serializers.IntegerField(source="counts.already")
    bad = serializers.IntegerField(source="counts.bad")
    rejected = RejectedLineSerializer(many=True)
    undo = serializers.SerializerMethodField()

    def get_dry_run(self, imported: Imported) -> bool:
        """Tell whether nothing was written."""
        return imported.row is None

    @extend_schema_field({"type": "string", "nullable": True})
    def get_undo(self, imported: Imported) -> str | None:
        """Return where it is taken back."""
        return reverse("api:bulk_undo", args=[imported.row.pk]) if imported.row else None
