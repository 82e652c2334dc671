"""Deliveries in JSON, with their counters."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import IdField, TimeField
from api.paging import Paged
from api.strictness import Strict
from deliveries import listing
from messaging.channels import Channel
from messaging.statuses import DeliveryStatus
from providers.models import ProviderAccount


class CountersSerializer(serializers.Serializer[Any]):
    """How many messages are in each status now; processed = delivered + failed."""

    targeted = serializers.IntegerField()
    excluded = serializers.IntegerField()
    to_send = serializers.IntegerField()
    pending = serializers.IntegerField()
    accepted = serializers.IntegerField()
    sent = serializers.IntegerField()
    delivered = serializers.IntegerField()
    failed = serializers.IntegerField()
    unknown = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    processed = serializers.IntegerField()
    success = serializers.IntegerField()
    clicks = serializers.IntegerField()
    human_clicks = serializers.IntegerField()
    clickers = serializers.IntegerField()


class _AccountField(serializers.PrimaryKeyRelatedField):  # type: ignore[type-arg]
    """The account that a delivery goes through, by id."""

    default_error_messages = {"does_not_exist": _("There is no such account.")}


class DeliverySerializer(Strict):
    """A delivery and its counters."""

    id = IdField(source="delivery.id", read_only=True)
    code = serializers.CharField(source="delivery.code", read_only=True)
    label = serializers.CharField(  # type: ignore[assignment]  # a row's, not the form's
        source="delivery.label", max_length=200
    )
    channel = serializers.ChoiceField(
        source="delivery.channel", choices=Channel.choices, default=Channel.SMS.value
    )
    account = _AccountField(
        source="delivery.account",
        queryset=ProviderAccount.objects.all(),
        pk_field=IdField(),
    )
    sender = serializers.CharField(
        source="delivery.sender", max_length=64, allow_blank=True, required=False
    )
    content = serializers.CharField(
        source="delivery.content",
        max_length=10_000,
        allow_blank=True,
        required=False,
        trim_whitespace=False,
    )
    folder = serializers.CharField(
        source="delivery.folder", max_length=200, allow_blank=True, required=False
    )
    contact_date = TimeField(source="delivery.contact_date", allow_null=True, required=False)
    status = serializers.ChoiceField(
        source="delivery.status", choices=DeliveryStatus.choices, read_only=True
    )
    started_at = TimeField(source="delivery.started_at", read_only=True, allow_null=True)
    finished_at = TimeField(source="delivery.finished_at", read_only=True, allow_null=True)
    archived_at = TimeField(source="delivery.archived_at", read_only=True, allow_null=True)
    created_at = TimeField(source="delivery.created_at", read_only=True)
    modified_at = TimeField(source="delivery.modified_at", read_only=True)
    counters = CountersSerializer(source="figures", read_only=True)

    @property
    def asked(self) -> dict[str, Any]:
        """Return what was given, as fields of a delivery."""
        fields: dict[str, Any] = self.validated_data.get("delivery", {})
        return fields


class DeliveryChangeSerializer(DeliverySerializer):
    """What may change of a delivery; its channel stays."""

    channel = serializers.ChoiceField(
        source="delivery.channel", choices=Channel.choices, read_only=True
    )


class DeliveriesQuery(Paged):
    """How the list of deliveries can be cut."""

    label = serializers.CharField(  # type: ignore[assignment]  # a row's, not the form's
        required=False, allow_blank=True, help_text="Text that labels contain."
    )
    status = serializers.CharField(required=False, allow_blank=True)
    folder = serializers.CharField(required=False, allow_blank=True)
    channel = serializers.CharField(required=False, allow_blank=True)
    account = IdField(required=False)
    sort = serializers.CharField(
        default=listing.DEFAULT_SORT,
        help_text=f"One of {', '.join(listing.SORTS)}; `-` before it to descend.",
    )
