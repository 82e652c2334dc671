"""A delivery over time, in JSON."""

from typing import Any

from rest_framework import serializers

from api.fields import TimeField
from api.strictness import Query
from deliveries.timeline import STEPS


class BucketSerializer(serializers.Serializer[Any]):
    """What happened in the step that begins at `bucket`."""

    bucket = TimeField(source="at")
    accepted = serializers.IntegerField()
    sent = serializers.IntegerField()
    delivered = serializers.IntegerField()
    failed = serializers.IntegerField()
    clicks = serializers.IntegerField()


class TimelineSerializer(serializers.Serializer[Any]):
    """All buckets on one page, oldest first; `step` is the one really used."""

    step = serializers.ChoiceField(choices=list(STEPS))
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = BucketSerializer(source="buckets", many=True)


class TimelineQuery(Query):
    """How fine."""

    step = serializers.ChoiceField(choices=list(STEPS), default="hour")
