"""Typologies in JSON."""

from typing import Any

from rest_framework import serializers

from api.fields import REASONS, IdField, NameField, TimeField
from api.strictness import Strict
from messaging.failures import Reason


class TypologySerializer(serializers.Serializer[Any]):
    """A typology by the version that is in force."""

    id = IdField(source="typology_id")
    name = serializers.CharField(source="typology.name")
    version = serializers.IntegerField()
    rules = serializers.JSONField()
    made_at = TimeField()
    made_by = serializers.CharField(source="made_by.username", allow_null=True, default=None)


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
