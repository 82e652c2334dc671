"""What errors mean, in JSON: qualifications, changes of them, and what these would move."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import FAILURE_TYPES, REASONS, IdField, NameField, TimeField
from api.paging import Paged
from api.serializers.callbacks import MoveSerializer
from api.strictness import Strict
from ingestion.models import Judgement
from messaging.failures import FailureType, Reason
from providers import explaining, registry
from providers.models import Qualification

STATUSES = Qualification.Status.choices
LONGEST_TEXT = 500


class JudgementSerializer(serializers.Serializer[Any]):
    """A change, and how far history has been judged by it."""

    id = IdField()
    at = TimeField()
    by = serializers.SerializerMethodField()
    judges_history = serializers.BooleanField()
    state = serializers.ChoiceField(choices=Judgement.State.choices)
    examined = serializers.IntegerField(help_text="Messages looked at so far.")
    moved = serializers.IntegerField(help_text="Messages that moved so far.")
    finished_at = TimeField(allow_null=True)

    def get_by(self, row: Judgement) -> str:
        """Return who it was; empty where the account is gone."""
        return row.by.get_username() if row.by else ""


class QualificationSerializer(serializers.Serializer[Any]):
    """What an error of one kind of provider means; `default_…` is what its table says."""

    id = IdField()
    kind = serializers.CharField(help_text=f"One of {', '.join(registry.PROVIDERS)}.")
    key = serializers.CharField(help_text="The error without what differs between messages.")
    code = serializers.CharField()
    title = serializers.SerializerMethodField()
    text = serializers.CharField(help_text="Plain words of your own; empty: those of the table.")
    first_text = serializers.CharField()
    occurrences = serializers.SerializerMethodField()
    failure_type = NameField(FailureType, FAILURE_TYPES)
    reason = NameField(Reason, REASONS)
    status = serializers.ChoiceField(choices=STATUSES)
    default_failure_type = NameField(FailureType, FAILURE_TYPES)
    default_reason = NameField(Reason, REASONS)
    created_at = TimeField()
    history = serializers.SerializerMethodField()

    def get_title(self, row: Qualification) -> str:
        """Return what it means in plain words."""
        return str(explaining.of_qualification(row).title)

    def get_occurrences(self, row: Qualification) -> int:
        """Return how many messages stand as failed by it."""
        occurrences: dict[int, int] = self.context["occurrences"]
        return occurrences[row.pk]

    @extend_schema_field(JudgementSerializer(allow_null=True))
    def get_history(self, row: Qualification) -> Any:
        """Return the last change, null where there was none."""
        last = self.context["last"].get(row.pk)
        return JudgementSerializer(last).data if last else None


class QualificationsQuery(Paged):
    """How the list can be cut."""

    status = serializers.ChoiceField(choices=STATUSES, required=False)
    kind = serializers.CharField(required=False)

    def validate_kind(self, kind: str) -> str:
        """Refuse a kind that there is not, naming those that there are."""
        if kind not in registry.PROVIDERS:
            text = _("There is no provider of kind “%(kind)s”. There are: %(known)s.")
            known = ", ".join(registry.PROVIDERS)
            raise serializers.ValidationError(text % {"kind": kind, "known": known})
        return kind


class DryRunSerializer(Strict):
    """Whether only to tell what would move."""

    dry_run = serializers.BooleanField(default=False)


class QualificationChangeSerializer(DryRunSerializer):
    """What an error is to mean from now on; what is left out stays.

    Type or reason alone mean `keep`.  With `"dry_run": true` nothing is saved, and the answer tells
    what would move if history were judged by it.
    """

    status = serializers.ChoiceField(choices=STATUSES, required=False)
    failure_type = serializers.ChoiceField(choices=FAILURE_TYPES, required=False)
    reason = serializers.ChoiceField(choices=REASONS, required=False)
    text = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)

    def validate_failure_type(self, name: str) -> int:
        """Return the number that stands for it."""
        return int(FailureType[name.upper()])

    def validate_reason(self, name: str) -> int:
        """Return the number that stands for it."""
        return int(Reason[name.upper()])


class PreviewSerializer(serializers.Serializer[Any]):
    """What would move; `at_least`: there is more than was looked at."""

    dry_run = serializers.SerializerMethodField()
    examined = serializers.IntegerField()
    at_least = serializers.BooleanField()
    messages = serializers.IntegerField(source="moves.messages")
    deliveries = serializers.IntegerField(source="moves.deliveries")
    addresses = serializers.IntegerField(source="moves.addresses")
    sample = MoveSerializer(source="moves.sample", many=True)

    def get_dry_run(self, _preview: object) -> bool:
        """Tell that nothing was written."""
        return True
