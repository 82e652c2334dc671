"""Targets and their preparation in JSON."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from api.fields import IdField, TimeField
from api.strictness import Query
from messaging import sheets
from sending import layout, sentences
from sending.models import Preparation, Upload


class RecipientsQuery(Query):
    """How a body of recipients is read; what is left out is found out from its beginning."""

    mode = serializers.ChoiceField(
        choices=Upload.Mode.choices,
        default=Upload.Mode.APPEND.value,
        help_text="append (default) or replace the recipients that are there.",
    )
    delimiter = serializers.ChoiceField(choices=sorted(sheets.DELIMITERS), required=False)
    encoding = serializers.ChoiceField(choices=layout.ENCODINGS, required=False)
    address = serializers.CharField(required=False, help_text="Column that holds the address.")
    reference = serializers.CharField(
        required=False, help_text="Column that holds your own name of the recipient."
    )


class BadLineSerializer(serializers.Serializer[Any]):
    """A line that is no recipient."""

    line = serializers.IntegerField()
    detail = serializers.SerializerMethodField()

    def get_detail(self, bad: Mapping[str, Any]) -> str:
        """Return why, in the caller's language."""
        return sentences.told(bad["detail"])


class TakenSerializer(serializers.Serializer[Any]):
    """How a body of recipients was taken in."""

    received = serializers.IntegerField()
    bad = BadLineSerializer(many=True, source="shown", help_text="The first 1,000.")
    bad_count = serializers.IntegerField()


class TargetSerializer(serializers.Serializer[Any]):
    """The target as it is now."""

    recipients = serializers.IntegerField()


class PreparationSerializer(serializers.Serializer[Any]):
    """How far a preparation has come: `done` of `total` within its step."""

    id = IdField()
    state = serializers.ChoiceField(choices=Preparation.State.choices)
    step = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    typology = serializers.CharField(source="typology.typology.name")
    typology_version = serializers.IntegerField(source="typology.version")
    requested_at = TimeField()
    started_at = TimeField(allow_null=True)
    ended_at = TimeField(allow_null=True)
    targeted = serializers.IntegerField()
    excluded = serializers.IntegerField()
    to_send = serializers.IntegerField()
    error = serializers.CharField()
