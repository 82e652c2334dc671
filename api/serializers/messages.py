"""Messages in JSON: rows of the logs, and one message with everything that was reported of it."""

from typing import Any

from rest_framework import serializers

from api import fields
from api.fields import IdField, TimeField
from api.paging import Paged
from deliveries.logs import DEFAULT_SORT, SORTS, LogRow
from deliveries.story import Line, Story
from messaging.channels import Channel
from providers.codes import Explanation


class MessageRowSerializer(serializers.Serializer[Any]):
    """A message as the logs list it; addresses are masked for those without the right."""

    id = IdField(source="message.id")
    channel = serializers.ChoiceField(source="message.channel", choices=Channel.choices)
    address = serializers.SerializerMethodField()
    recipient = serializers.SerializerMethodField()
    provider_message_ids = serializers.SerializerMethodField()
    status = fields.status(source="message.status")
    failure_type = fields.failure_type(source="message.failure_type")
    reason = fields.failure_reason(source="message.reason")
    evidence = fields.evidence(source="message.evidence")
    segments = serializers.IntegerField(source="message.segments")
    text = serializers.SerializerMethodField()
    provider_code = serializers.SerializerMethodField()
    changed_at = TimeField(source="message.changed_at")

    def get_address(self, row: LogRow | Story) -> str:
        """Return the address, as far as the caller may see it."""
        return str(self.context["viewer"].address(row.message))

    def get_recipient(self, row: LogRow | Story) -> str:
        """Return the sender's own reference of the recipient."""
        return str(self.context["viewer"].recipient(row.message.recipient))

    def get_provider_message_ids(self, row: LogRow | Story) -> list[str]:
        """Return its provider's ids, one for each part and attempt."""
        viewer, address = self.context["viewer"], row.message.address
        return [viewer.provider_id(value, address=address) for value in row.provider_message_ids]

    def get_text(self, row: LogRow | Story) -> str:
        """Return what the provider says of it."""
        message = row.message
        return str(self.context["viewer"].text(message.text, address=message.address))

    def get_provider_code(self, row: LogRow | Story) -> str:
        """Return the provider's code as it came."""
        message = row.message
        return str(self.context["viewer"].code(message.provider_code, address=message.address))


class ExplanationSerializer(serializers.Serializer[Any]):
    """A failure, or a provider's code, in plain words."""

    title = serializers.SerializerMethodField()
    cause = serializers.CharField()
    next_step = serializers.CharField()

    def get_title(self, told: Explanation) -> str:
        """Return what happened; whoever has qualified an error may have written these words."""
        return str(self.context["viewer"].text(str(told.title)))


class EventSerializer(serializers.Serializer[Any]):
    """What the provider said once; `clamped`: it named a time that had not come yet."""

    status = fields.status(source="event.status", allow_null=True)
    failure_type = fields.failure_type(source="event.failure_type")
    reason = fields.failure_reason(source="event.reason")
    occurred_at = TimeField(source="event.occurred_at", allow_null=True)
    received_at = TimeField(source="event.received_at")
    clamped = serializers.BooleanField(source="event.clamped")
    provider_message_id = serializers.SerializerMethodField()
    provider_code = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    moved = serializers.BooleanField(source="event.moved")
    explanation = ExplanationSerializer(allow_null=True)

    def get_provider_message_id(self, line: Line) -> str:
        """Return the id under which the provider said it."""
        address = line.event.message.address
        return str(self.context["viewer"].provider_id(line.event.provider_id, address=address))

    def get_provider_code(self, line: Line) -> str:
        """Return the code that came with it."""
        address = line.event.message.address
        return str(self.context["viewer"].code(line.event.provider_code, address=address))

    def get_text(self, line: Line) -> str:
        """Return what the provider wrote."""
        address = line.event.message.address
        return str(self.context["viewer"].text(line.event.text, address=address))


class MessageSerializer(MessageRowSerializer):
    """A message with its story."""

    delivery = IdField(source="message.delivery_id")
    contradicted = serializers.BooleanField(
        source="message.contradicted", help_text="Reported both as delivered and as failed."
    )
    price = serializers.DecimalField(
        source="message.price", max_digits=12, decimal_places=6, allow_null=True
    )
    currency = serializers.CharField(source="message.currency")
    country = serializers.CharField(source="message.country")
    network = serializers.CharField(source="message.network")
    accepted_at = TimeField(source="message.accepted_at", allow_null=True)
    sent_at = TimeField(source="message.sent_at", allow_null=True)
    delivered_at = TimeField(source="message.delivered_at", allow_null=True)
    failed_at = TimeField(source="message.failed_at", allow_null=True)
    events = EventSerializer(many=True)


class MessagesQuery(Paged):
    """How the logs of a delivery can be cut."""

    status = serializers.CharField(required=False, allow_blank=True)
    failure_type = serializers.CharField(required=False, allow_blank=True)
    reason = serializers.CharField(required=False, allow_blank=True)
    search = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="The beginning of an address, a recipient reference or a provider's id; "
        "without the right to addresses they are not searched, and ids only whole.",
    )
    sort = serializers.CharField(default=DEFAULT_SORT, help_text=f"One of {', '.join(SORTS)}.")


class RejectedSerializer(serializers.Serializer[Any]):
    """A line that was not registered, and why."""

    line = serializers.IntegerField()
    field = serializers.CharField()
    detail = serializers.CharField()


class RegisteredSerializer(serializers.Serializer[Any]):
    """How a registration went; `rejected` holds the first 1,000."""

    registered = serializers.IntegerField()
    already = serializers.IntegerField()
    rejected = RejectedSerializer(many=True)
    rejected_count = serializers.IntegerField()


class RegistrationSerializer(serializers.Serializer[Any]):
    """One message that was sent already; give one id, or one per part."""

    address = serializers.CharField(max_length=320)
    provider_message_id = serializers.CharField(required=False, max_length=255)
    provider_message_ids = serializers.ListField(
        child=serializers.CharField(max_length=255), required=False
    )
    recipient = serializers.CharField(required=False, max_length=128, allow_blank=True)
    sent_at = TimeField(required=False)
