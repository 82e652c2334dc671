"""Tracked URLs and clicks in JSON."""

from typing import Any

from rest_framework import serializers

from api.fields import IdField, TimeField
from api.paging import Paged
from api.strictness import Strict
from tracking import outside, terms
from tracking.listed import Listed
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


class ClicksQuery(Paged):
    """Which clicks."""

    verdict = serializers.ChoiceField(choices=Click.Verdict.choices, required=False)


class ClickSerializer(serializers.Serializer[Any]):
    """One request for a link, by a person or not."""

    at = TimeField(source="click.at")
    url = serializers.CharField(source="click.url.url")
    message = IdField(source="click.message_id")
    recipient = serializers.SerializerMethodField()
    verdict = serializers.ChoiceField(source="click.verdict", choices=Click.Verdict.choices)
    reasons = serializers.ListField(source="click.reasons", child=serializers.CharField())
    device = serializers.ChoiceField(
        source="click.device", choices=Click.Device.choices, allow_blank=True
    )
    system = serializers.CharField(source="click.system", allow_blank=True)
    country = serializers.CharField(source="click.country", allow_blank=True)

    def get_recipient(self, row: Listed) -> str:
        """Return the sender's own reference; empty where the message is not registered yet."""
        if row.message is None:
            return ""
        return str(self.context["viewer"].recipient(row.message.recipient))


class UrlChangeSerializer(Strict):
    """What is decided on a URL; `always` and `never` hold for later deliveries too."""

    label = serializers.CharField(max_length=200, required=False)  # type: ignore[assignment]
    category = serializers.CharField(max_length=100, required=False, allow_blank=True)
    mode = serializers.ChoiceField(choices=TrackedUrl.Mode.choices, required=False)


class DecidedUrlSerializer(serializers.Serializer[Any]):
    """A URL, as it was decided on."""

    id = IdField()
    label = serializers.CharField()  # type: ignore[assignment]  # a row's
    category = serializers.CharField()
    mode = serializers.ChoiceField(choices=TrackedUrl.Mode.choices)
    url = serializers.CharField()


class WantedSerializer(Strict):
    """Whom a text is for."""

    message = IdField(required=False, help_text="A registered message; left out, one is reserved.")
    fields = serializers.DictField(  # type: ignore[assignment]  # a name of the contract
        child=serializers.CharField(allow_blank=True, max_length=1000), required=False, default=dict
    )


class LinksSerializer(Strict):
    """Texts and links that another system asks for, before it sends them."""

    messages = serializers.ListField(
        child=WantedSerializer(), min_length=1, max_length=outside.MOST
    )


class MadeSerializer(serializers.Serializer[Any]):
    """A text with its links; give `message` again when the message is registered."""

    message = IdField(source="message_id")
    text = serializers.CharField()
    links = serializers.DictField(child=serializers.CharField(), help_text="Short URLs by URL.")


class MadesSerializer(serializers.Serializer[Any]):
    """What was made, in the order of what was asked for."""

    messages = MadeSerializer(many=True)


class TermsSerializer(Strict):
    """How many days from the start of the delivery its links work."""

    days = serializers.IntegerField(min_value=1, max_value=terms.MOST_DAYS)
