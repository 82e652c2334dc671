"""What is known against an address, the rules that decide it, and every change."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messaging.channels import Channel
from messaging.failures import FailureType, Reason
from messaging.statuses import AddressStatus


class Rule(models.Model):
    """What a failure of one type and reason does to the address, on one channel or on any."""

    class Action(models.TextChoices):
        """What happens to the address."""

        IGNORE = "ignore", _("Ignore")
        COUNT = "count", _("Count")
        QUARANTINE = "quarantine", _("Quarantine")
        DENYLIST = "denylist", _("Denylist")

    channel = models.CharField(max_length=8, choices=Channel.choices, null=True, blank=True)
    failure_type = models.SmallIntegerField(choices=FailureType.choices)
    reason = models.SmallIntegerField(choices=Reason.choices, null=True, blank=True)
    action = models.CharField(max_length=12, choices=Action.choices)
    threshold = models.PositiveSmallIntegerField(default=5)
    forgiven_after_days = models.PositiveSmallIntegerField(default=10)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """One rule decides."""

        constraints = [
            models.UniqueConstraint(
                fields=["channel", "failure_type", "reason"],
                nulls_distinct=False,
                name="one_rule_per_channel_type_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(threshold__gt=0), name="a_threshold_is_at_least_one"
            ),
        ]


class Address(models.Model):
    """One address on one channel that is not simply valid."""

    channel = models.CharField(max_length=8, choices=Channel.choices)
    # Empty once erased: the keyed hash then still keeps a denylisted address from being written to.
    address = models.CharField(max_length=320, blank=True)
    fingerprint = models.BinaryField(max_length=32, null=True)
    status = models.CharField(max_length=12, choices=AddressStatus.choices)
    reason = models.SmallIntegerField(choices=Reason.choices, default=Reason.UNDEFINED)
    error_text = models.CharField(max_length=500, blank=True)
    error_count = models.PositiveIntegerField(default=0)
    first_error_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    # A delivery is above this package, so its id is kept without a foreign key.
    delivery_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)

    class Meta:
        """An address stands once on each channel; an erased one by its hash."""

        permissions = [("manage_quarantine", "Can release, quarantine and erase addresses")]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address"],
                condition=~Q(address=""),
                name="an_address_stands_once_per_channel",
            ),
            models.UniqueConstraint(
                fields=["channel", "fingerprint"],
                name="an_erased_address_stands_once_per_channel",
            ),
            models.CheckConstraint(
                condition=~Q(address="") | Q(fingerprint__isnull=False),
                name="an_address_or_its_fingerprint_is_known",
            ),
        ]


class Change(models.Model):
    """One step in the story of an address."""

    address = models.ForeignKey(Address, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    before = models.CharField(max_length=12, choices=AddressStatus.choices)
    after = models.CharField(max_length=12, choices=AddressStatus.choices)
    reason = models.SmallIntegerField(choices=Reason.choices, default=Reason.UNDEFINED)
    text = models.CharField(max_length=500, blank=True)
    rule = models.ForeignKey(Rule, on_delete=models.SET_NULL, null=True)
    rule_version = models.PositiveIntegerField(null=True)
    message_id = models.BigIntegerField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)

    class Meta:
        """An address's story is read in the order of time."""

        indexes = [models.Index(fields=["address", "at"], name="changes_of_an_address")]
