"""Decisions about many addresses, in JSON."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import IdField, TimeField, reason
from api.serializers.quarantine import LONGEST_TEXT, AddressSerializer, DecisionSerializer
from api.serializers.quarantine_filter import FilterSerializer
from messaging.statuses import AddressStatus
from quarantine import bulk
from quarantine.bulk_models import BulkAct

DECISIONS = [(action.value, action.label) for action in bulk.STATUSES]


class BulkSerializer(DecisionSerializer):
    """A decision about all addresses that a filter finds; a dry run only tells which."""

    action = serializers.ChoiceField(DECISIONS)
    filter = FilterSerializer()
    dry_run = serializers.BooleanField(default=False)
    reason = serializers.CharField(
        max_length=LONGEST_TEXT,
        default="",
        allow_blank=True,
        help_text="In your own words, or the name of a reason; it stands in every story.",
    )


class CauseSerializer(serializers.Serializer[Any]):
    """How many of the addresses stand so, because of one delivery."""

    status = serializers.ChoiceField(AddressStatus.choices)
    reason = reason()
    delivery = IdField(source="delivery_id", allow_null=True)
    addresses = serializers.IntegerField()


class BulkPreviewSerializer(serializers.Serializer[Any]):
    """Which addresses a decision would be about."""

    action = serializers.SerializerMethodField()
    dry_run = serializers.SerializerMethodField()
    count = serializers.IntegerField()
    denylisted_left_alone = serializers.IntegerField(source="unnamed")
    causes = CauseSerializer(many=True)
    sample = AddressSerializer(many=True)
    undo = serializers.SerializerMethodField()

    def get_action(self, _seen: object) -> str:
        """Return what would be done."""
        return str(self.context["action"])

    def get_dry_run(self, _seen: object) -> bool:
        """Tell that nothing was written."""
        return True

    @extend_schema_field({"type": "string", "nullable": True})
    def get_undo(self, _seen: object) -> None:
        """Return nothing: there is nothing to undo."""


class BulkActSerializer(serializers.Serializer[Any]):
    """A decision about many addresses, and how far it is.

    count: addresses found when it was confirmed, each of which was changed or left out.
    """

    id = IdField()
    action = serializers.ChoiceField(BulkAct.Action.choices)
    dry_run = serializers.SerializerMethodField()
    state = serializers.ChoiceField(BulkAct.State.choices)
    filter = serializers.DictField(child=serializers.CharField())
    text = serializers.SerializerMethodField()
    reason = reason()
    at = TimeField()
    by = serializers.SerializerMethodField()
    count = serializers.IntegerField(source="taken")
    changed = serializers.IntegerField()
    left_out = serializers.IntegerField()
    bad = serializers.IntegerField()
    finished_at = TimeField(
        allow_null=True, help_text="When the act, or its undo, was done or failed."
    )
    tries = serializers.IntegerField(help_text="How often in a row it could not go on.")
    error = serializers.CharField(help_text="Why it could not, at the last of these tries.")
    retry = serializers.SerializerMethodField()
    undo = serializers.SerializerMethodField()
    undo_until = serializers.SerializerMethodField()
    undone_at = TimeField(allow_null=True)
    undone_by = serializers.SerializerMethodField()
    restored = serializers.IntegerField()
    kept = serializers.IntegerField()

    def get_dry_run(self, _row: object) -> bool:
        """Tell that it is done, not only tried."""
        return False

    def get_text(self, row: BulkAct) -> str:
        """Return why."""
        return str(self.context["viewer"].text(row.text))

    def get_by(self, row: BulkAct) -> str:
        """Return who decided."""
        return row.by.get_username() if row.by else ""

    def get_undone_by(self, row: BulkAct) -> str:
        """Return who took it back."""
        return row.undone_by.get_username() if row.undone_by else ""

    def get_retry(self, row: BulkAct) -> str | None:
        """Return where it is tried again, null unless it has failed and was not undone."""
        if row.state != BulkAct.State.FAILED or row.undone_at:
            return None
        return reverse("api:bulk_retry", args=[row.pk])

    def get_undo(self, row: BulkAct) -> str | None:
        """Return where it is taken back, null once it is, or where it has changed nothing."""
        in_vain = row.state == BulkAct.State.FAILED and not row.changed
        if in_vain or row.state in (BulkAct.State.UNDOING, BulkAct.State.UNDONE):
            return None
        return reverse("api:bulk_undo", args=[row.pk])

    def get_undo_until(self, row: BulkAct) -> str:
        """Return until when it can be taken back."""
        return str(TimeField().to_representation(row.at + bulk.UNDOABLE_FOR))


class DoneSerializer(BulkActSerializer):
    """A decision that was taken just now, with some of its addresses as they are now."""

    sample = serializers.SerializerMethodField()

    @extend_schema_field(AddressSerializer(many=True))
    def get_sample(self, _row: object) -> Any:
        """Return a handful of the addresses."""
        return AddressSerializer(self.context["sample"], many=True, context=self.context).data
