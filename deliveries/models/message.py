"""A message, the ids its provider gave it, and everything that was reported of it.

These are the hot tables: partitioned by message id, without foreign keys in the database.
"""

from django.db import models
from django.db.models import F, Q

from deliveries.models.delivery import Delivery
from messaging.channels import Channel
from messaging.failures import FailureType, Reason
from messaging.statuses import Evidence, MessageStatus, evidence_name, status_name
from providers.models import ProviderAccount
from storage.ids import NextId


class Message(models.Model):
    """One message to one address; its state is the fold of its events (deliveries.merge)."""

    partition_column = "id"
    partition_step = "month"
    partition_family = "message"

    id = models.BigIntegerField(primary_key=True, db_default=NextId(), editable=False)
    delivery = models.ForeignKey(
        Delivery, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.SMS)
    # The C collation lets one index serve equality, order and search from the beginning.
    address = models.CharField(max_length=320, blank=True, db_collation="C")
    recipient = models.CharField(max_length=128, blank=True, db_collation="C")
    status = models.SmallIntegerField(choices=MessageStatus.choices, default=MessageStatus.PENDING)
    failure_type = models.SmallIntegerField(
        choices=FailureType.choices, default=FailureType.UNDEFINED
    )
    reason = models.SmallIntegerField(choices=Reason.choices, default=Reason.UNDEFINED)
    # That of the failed event which decides, providers.models.Qualification.
    qualification_id = models.BigIntegerField(null=True)
    evidence = models.SmallIntegerField(choices=Evidence.choices, default=Evidence.NONE)
    contradicted = models.BooleanField(default=False)
    provider_code = models.CharField(max_length=64, blank=True)
    text = models.CharField(max_length=500, blank=True)
    segments = models.PositiveSmallIntegerField(default=0)
    price = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    currency = models.CharField(max_length=3, blank=True)
    country = models.CharField(max_length=2, blank=True)
    network = models.CharField(max_length=6, blank=True)
    accepted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        """Each index serves one order of the logs; failures have their own."""

        indexes = [
            models.Index(fields=["delivery", "-changed_at", "-id"], name="messages_by_change"),
            models.Index(
                fields=["delivery", "status", "-changed_at", "-id"], name="messages_by_status"
            ),
            models.Index(fields=["delivery", "address", "id"], name="messages_by_address"),
            models.Index(
                fields=["delivery", "failure_type", "reason", "-changed_at", "-id"],
                condition=Q(status=MessageStatus.FAILED),
                name="failed_messages_by_reason",
            ),
            models.Index(
                fields=["delivery", "recipient"],
                condition=~Q(recipient=""),
                name="messages_by_recipient",
            ),
            models.Index(fields=["address"], name="messages_of_an_address"),
        ]

    def get_status_display(self) -> str:  # type: ignore[no-redef]  # instead of Django's
        """Name the status as it is called on the channel of the message."""
        return str(status_name(self.status, self.channel))

    def get_evidence_display(self) -> str:  # type: ignore[no-redef]  # instead of Django's
        """Name the evidence as it is called on the channel of the message."""
        return str(evidence_name(self.evidence, self.channel))


class ProviderReference(models.Model):
    """An id under which a provider reports on a message: one per part and attempt.

    Not unique on account and id: providers repeat ids over time, some give one id to several
    recipients; registration finds repeats under a lock.
    """

    partition_column = "message_id"
    partition_step = "month"
    partition_family = "message"

    pk = models.CompositePrimaryKey("message_id", "id")
    id = models.BigIntegerField(db_default=NextId(), editable=False)
    message = models.ForeignKey(
        Message,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="references",
    )
    account = models.ForeignKey(
        ProviderAccount, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    provider_id = models.CharField(max_length=255, db_collation="C")
    part = models.PositiveSmallIntegerField(default=1)
    parts = models.PositiveSmallIntegerField(default=1)
    attempt = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """Receipts ask by account and id; search by id, from its beginning."""

        indexes = [
            models.Index(
                fields=["account", "provider_id"],
                name="references_by_provider_id",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(part__gte=1, attempt__gte=1, part__lte=F("parts")),
                name="a_part_is_one_of_its_parts",
            ),
        ]


class MessageEvent(models.Model):
    """What a provider said once about a message; never changed, except by replay and erasure."""

    partition_column = "message_id"
    partition_step = "month"
    partition_family = "message"

    pk = models.CompositePrimaryKey("message_id", "id")
    id = models.BigIntegerField(db_default=NextId(), editable=False)
    message = models.ForeignKey(
        Message,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="events",
    )
    # Provider id, status, code, text and the provider's own time: what makes two events the same.
    digest = models.BinaryField(max_length=16)
    provider_id = models.CharField(max_length=255, db_collation="C")
    part = models.PositiveSmallIntegerField(default=1)
    parts = models.PositiveSmallIntegerField(default=1)
    attempt = models.PositiveSmallIntegerField(default=1)
    status = models.SmallIntegerField(choices=MessageStatus.choices, null=True)
    failure_type = models.SmallIntegerField(
        choices=FailureType.choices, default=FailureType.UNDEFINED
    )
    reason = models.SmallIntegerField(choices=Reason.choices, default=Reason.UNDEFINED)
    # Of a failed one; type and reason are those of the qualification when it was judged last.
    qualification_id = models.BigIntegerField(null=True)
    evidence = models.SmallIntegerField(choices=Evidence.choices, default=Evidence.NONE)
    provider_code = models.CharField(max_length=64, blank=True)
    text = models.CharField(max_length=500, blank=True)
    segments = models.PositiveSmallIntegerField(null=True)
    price = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    currency = models.CharField(max_length=3, blank=True)
    network = models.CharField(max_length=6, blank=True)
    # As the provider states it; `occurred_at` is the same, never later than its reception.
    stated_at = models.DateTimeField(null=True)
    occurred_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    moved = models.BooleanField(default=False)
    entry_id = models.BigIntegerField(null=True)

    class Meta:
        """An event is kept once however often it is reported; errors are found by what they say."""

        indexes = [
            models.Index(
                fields=["qualification_id", "message", "id"],
                condition=Q(qualification_id__isnull=False),
                name="events_of_a_qualification",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "digest"], name="an_event_is_kept_once_per_message"
            ),
        ]

    @property
    def clamped(self) -> bool:
        """Tell whether the provider's time lay in the future when it was received."""
        return self.stated_at != self.occurred_at
