"""Deliveries in JSON, with their counters."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import empty

from api.fields import IdField, TimeField
from api.paging import Paged
from api.strictness import Strict
from deliveries import drafts, listing
from messaging.channels import Channel
from messaging.statuses import DeliveryStatus
from providers.models import ProviderAccount
from sending.models import Typology

HOUR = timedelta(hours=1)


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


class HoursField(serializers.IntegerField):
    """A length of time, written in whole hours."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=drafts.MOST_HOURS, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        """Return the length of time."""
        hours = super().run_validation(data)
        return hours * HOUR

    def to_representation(self, value: Any) -> int:
        """Return its hours."""
        return int(value / HOUR)


class DeliverySerializer(Strict):
    """A delivery and its counters."""

    id = IdField(source="delivery.id", read_only=True)
    code = serializers.CharField(source="delivery.code", read_only=True)
    label = serializers.CharField(  # type: ignore[assignment]  # a row's, not the form's
        source="delivery.label", max_length=200
    )
    channel = serializers.ChoiceField(
        source="delivery.channel",
        choices=Channel.choices,
        required=False,
        help_text="That of the account, which is meant where it is left out.",
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
    validity_hours = HoursField(
        source="delivery.validity",
        required=False,
        help_text="How long receipts are waited for; 72 unless it is said.",
    )
    typology = serializers.CharField(
        source="delivery.typology", max_length=100, allow_blank=True, required=False
    )
    status = serializers.ChoiceField(
        source="delivery.status", choices=DeliveryStatus.choices, read_only=True
    )
    started_at = TimeField(source="delivery.started_at", read_only=True, allow_null=True)
    finished_at = TimeField(source="delivery.finished_at", read_only=True, allow_null=True)
    archived_at = TimeField(source="delivery.archived_at", read_only=True, allow_null=True)
    created_at = TimeField(source="delivery.created_at", read_only=True)
    modified_at = TimeField(source="delivery.modified_at", read_only=True)
    version = serializers.SerializerMethodField(
        help_text="What tells whether it is still as it was read; sent back with a change."
    )
    counters = CountersSerializer(source="figures", read_only=True)

    def get_version(self, row: listing.Row) -> str:
        """Return the version of what can be changed."""
        return drafts.version(row.delivery)

    def validate_typology(self, name: str) -> str:
        """Refuse a rule set that there is not."""
        if name and not Typology.objects.filter(name=name).exists():
            raise serializers.ValidationError(_("There is no such typology."))
        return name

    @property
    def asked(self) -> dict[str, Any]:
        """Return what was given, as fields of a delivery."""
        fields: dict[str, Any] = self.validated_data.get("delivery", {})
        return fields


class DeliveryChangeSerializer(DeliverySerializer):
    """What may change of a delivery; its channel stays.

    version: as it was read; another one is refused with 409, none is not looked at.
    """

    channel = serializers.ChoiceField(
        source="delivery.channel", choices=Channel.choices, read_only=True
    )
    version = serializers.CharField(  # type: ignore[assignment]  # given, not told
        source="seen", max_length=16, required=False
    )

    @property
    def asked(self) -> dict[str, Any]:
        """Return what was given, and the version it was given for."""
        return super().asked | {"seen": self.validated_data.get("seen")}


class DeliveriesQuery(Paged):
    """How the list of deliveries can be cut."""

    label = serializers.CharField(  # type: ignore[assignment]  # a row's, not the form's
        required=False, allow_blank=True, help_text="Text that labels contain."
    )
    status = serializers.CharField(required=False, allow_blank=True)
    folder = serializers.CharField(required=False, allow_blank=True)
    channel = serializers.CharField(required=False, allow_blank=True)
    account = IdField(required=False)
    since = TimeField(required=False, help_text="The earliest contact date.")
    until = TimeField(required=False, help_text="Contact dates before this.")
    sort = serializers.CharField(
        default=listing.DEFAULT_SORT,
        help_text=f"One of {', '.join(listing.SORTS)}; `-` before it to descend.",
    )
