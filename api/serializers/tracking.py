"""Tracked URLs and clicks in JSON."""

from typing import Any

from rest_framework import serializers

from api.fields import IdField, TimeField
from tracking.models import Click, TrackedUrl


class UrlSerializer(serializers.Serializer[Any]):
    """A URL of the content, and how often it was clicked."""

    id = IdField(source="url.id")
    label = serializers.CharField(source="url.label")  # type: ignore[assignment]  # a row's
    category = serializers.CharField(source="url.category")
    mode = serializers.ChoiceField(source="url.mode", choices=TrackedUrl.Mode.choices)
    url = serializers.CharField(source="url.url")
    clicks = serializers.IntegerField()
    human_clicks = serializers.IntegerField()
    suspected_clicks = serializers.IntegerField()
    clickers = serializers.IntegerField()


class ClickSerializer(serializers.Serializer[Any]):
    """One request for a link, by a person or not."""

    at = TimeField()
    url = serializers.CharField(source="url.url")
    message = IdField(source="message_id")
    recipient = serializers.SerializerMethodField()
    verdict = serializers.ChoiceField(choices=Click.Verdict.choices)
    reasons = serializers.ListField(child=serializers.CharField())

    def get_recipient(self, click: Click) -> str:
        """Return the sender's own reference of the recipient."""
        return str(self.context["viewer"].recipient(click.message.recipient))
