"""The analysis of errors in JSON."""

from typing import Any

from rest_framework import serializers

from api.fields import IdField
from api.strictness import Query
from deliveries.errors import ACROSS, DAYS, OF_DELIVERY
from deliveries.outcomes import CAUSES, PLACES

DEFAULT_DAYS = 28


class SliceSerializer(serializers.Serializer[Any]):
    """How the messages of one slice ended; shares and rates are between 0 and 1.

    key: the reason by name, the id of a qualification, ISO 3166, MCC and MNC, the beginning of the
    numbers, the id of an account; empty where nobody says, and for the beginnings of few numbers
    where addresses are masked.  Of reasons and codes only failures are counted.
    """

    key = serializers.CharField()
    code = serializers.CharField()
    title = serializers.CharField()
    cause = serializers.CharField()
    next_step = serializers.CharField()
    messages = serializers.IntegerField()
    delivered = serializers.IntegerField()
    failed = serializers.IntegerField()
    rate = serializers.FloatField(help_text="Failed of those with a known end.")
    share = serializers.FloatField(help_text="Of all failures.")
    difference = serializers.FloatField(
        allow_null=True, help_text="Of the rate to the usual one; null where there is none."
    )
    worse = serializers.BooleanField(
        help_text="The rate is so much higher that chance does not explain it."
    )


class BlameSerializer(serializers.Serializer[Any]):
    """A slice that explains a share of what is missing."""

    by = serializers.ChoiceField(choices=[*PLACES, *CAUSES])
    key = serializers.CharField()
    share = serializers.FloatField()
    grew = serializers.BooleanField(
        help_text="It is as good as ever, but more messages than usual went there."
    )


class DropSerializer(serializers.Serializer[Any]):
    """A significant drop of success against the baseline."""

    missing = serializers.IntegerField(
        help_text="Deliveries that the usual rate would have brought."
    )
    everywhere = serializers.BooleanField()
    place = BlameSerializer(allow_null=True)
    cause = BlameSerializer(allow_null=True)


class PercentileSerializer(serializers.Serializer[Any]):
    """So many percent took at most so many seconds; null: longer than three days."""

    percent = serializers.IntegerField()
    at_most = serializers.IntegerField(allow_null=True)


class ErrorsSerializer(serializers.Serializer[Any]):
    """The slices of one dimension, all on one page, most failures first."""

    deliveries = serializers.IntegerField()
    complete = serializers.BooleanField(
        help_text="False where more deliveries began than are read: then the newest are."
    )
    compared = serializers.IntegerField(help_text="Finished deliveries in the baseline.")
    success = serializers.FloatField(allow_null=True)
    usual_success = serializers.FloatField(allow_null=True)
    drop = DropSerializer(allow_null=True)
    latency = PercentileSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = SliceSerializer(many=True)


class DeliveryErrorsQuery(Query):
    """How the errors of a delivery are cut."""

    by = serializers.ChoiceField(choices=list(OF_DELIVERY), default="reason")


class ErrorsQuery(Query):
    """Which deliveries, and how their errors are cut."""

    by = serializers.ChoiceField(choices=list(ACROSS), default="reason")
    account = IdField(required=False)
    days = serializers.ChoiceField(choices=list(DAYS), default=DEFAULT_DAYS)
