"""Typologies in JSON."""

from typing import Any

from rest_framework import serializers

from api.fields import REASONS, IdField, NameField, TimeField
from api.strictness import Strict
from messaging.failures import Reason
from sending.models import TypologyVersion

# What pages show to nobody but those who manage typologies.
_OF_MANAGERS = ("rules", "made_at", "made_by")


class TypologySerializer(serializers.Serializer[Any]):
    """A typology by the version that is in force.

    Rules, and who made them, are null for who does not manage typologies: `manages` in the context.
    """

    id = IdField(source="typology_id")
    name = serializers.CharField(source="typology.name")
    version = serializers.IntegerField()
    rules = serializers.JSONField(allow_null=True)
    made_at = TimeField(allow_null=True)
    made_by = serializers.CharField(source="made_by.username", allow_null=True, default=None)

    def to_representation(self, version: TypologyVersion) -> dict[str, Any]:
        """Return a version as JSON, as far as the caller may see it."""
        shown = dict(super().to_representation(version))
        return shown if self.context["manages"] else shown | dict.fromkeys(_OF_MANAGERS)


class NewTypologySerializer(Strict):
    """A typology as it is made."""

    name = serializers.CharField(max_length=100)
    rules = serializers.DictField(required=False)


class RulesetSerializer(Strict):
    """Rules that take the place of those in force; what is left out is off."""

    rules = serializers.DictField()


class TrialSerializer(Strict):
    """Whom to try a typology on; rules, to try others than those in force."""

    delivery = IdField()
    rules = serializers.DictField(required=False)


class LeftSerializer(serializers.Serializer[Any]):
    """What one rule does."""

    reason = NameField(Reason, REASONS)
    rule = serializers.CharField()
    count = serializers.IntegerField(source="lines")
    warns = serializers.BooleanField()


class TriedSerializer(serializers.Serializer[Any]):
    """What a typology would do; `targeted` tells how many recipients were looked at."""

    targeted = serializers.IntegerField()
    excluded = serializers.IntegerField()
    to_send = serializers.IntegerField()
    ignored_errors = serializers.IntegerField()
    complete = serializers.BooleanField(help_text="Whether all recipients were looked at.")
    exclusions = LeftSerializer(many=True, source="left")
