"""What is known against an address, what its holder said, and every change."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messaging.channels import Channel
from messaging.failures import FailureType, Reason
from messaging.statuses import AddressStatus
from quarantine.bulk_models import BulkAct
from quarantine.outage_models import Incident, Tally, Watch
from quarantine.rule_models import Rule

__all__ = ["Address", "BulkAct", "Change", "Fact", "Incident", "Rule", "Tally", "Watch", "Word"]


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
    # Denylisted by what its holder said, and by nobody else: a later word can lift that again.
    by_word = models.BooleanField(default=False)
    # What it would be without that word.
    beneath = models.CharField(
        max_length=12, choices=AddressStatus.choices, default=AddressStatus.VALID
    )
    beneath_reason = models.SmallIntegerField(choices=Reason.choices, default=Reason.UNDEFINED)
    beneath_text = models.CharField(max_length=500, blank=True)
    beneath_first_error_at = models.DateTimeField(null=True)
    beneath_last_error_at = models.DateTimeField(null=True)
    beneath_delivery_id = models.BigIntegerField(null=True)
    # When counted errors are forgiven if none follows; empty where nothing is counted.
    forgiven_at = models.DateTimeField(null=True)
    # The last fact that was taken into account; empty where all have to be folded again.
    folded_at = models.DateTimeField(null=True)
    folded_key = models.BinaryField(max_length=16, null=True)
    # Since when every success is among the facts; empty where no failure has been counted.
    known_since = models.DateTimeField(null=True)
    # What was said and what failed before that is void.
    released_at = models.DateTimeField(null=True)
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
        indexes = [
            models.Index(
                fields=["-modified_at", "-id"],
                condition=~Q(status=AddressStatus.VALID),
                name="addresses_left_alone",
            ),
            models.Index(
                fields=["forgiven_at"],
                condition=Q(forgiven_at__isnull=False),
                name="addresses_to_forgive",
            ),
            models.Index(
                fields=["delivery_id"],
                condition=~Q(status=AddressStatus.VALID) & Q(delivery_id__isnull=False),
                name="addresses_by_their_cause",
            ),
        ]


class Fact(models.Model):
    """One thing that counts for an address: how a message to it ended, or what a person decided.

    An address's record is the fold of its facts (quarantine.facts), so they live as long as it.
    """

    class Says(models.IntegerChoices):
        """What happened."""

        DELIVERED = 1, _("Delivered")
        FAILED = 2, _("Failed")
        RELEASED = 3, _("Released")
        QUARANTINED = 4, _("Quarantined by hand")
        DENYLISTED = 5, _("Denylisted by hand")

    address = models.ForeignKey(Address, on_delete=models.CASCADE, related_name="facts")
    # By the provider's clock, by ours where it gives no time; never later than ours.
    at = models.DateTimeField()
    # The digest of the event that decided the message: it parts what happened at the same time.
    key = models.BinaryField(max_length=16)
    says = models.SmallIntegerField(choices=Says.choices)
    failure_type = models.SmallIntegerField(choices=FailureType.choices)
    reason = models.SmallIntegerField(choices=Reason.choices)
    # The version that was in force when the failure became known.
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, null=True)
    text = models.CharField(max_length=500, blank=True)
    # A message and its delivery are above this package: kept without foreign keys.
    message_id = models.BigIntegerField(null=True)
    delivery_id = models.BigIntegerField(null=True)
    # The decision about many addresses that it is part of.
    act = models.ForeignKey(BulkAct, on_delete=models.PROTECT, null=True, db_index=False)
    # Of a failure: where it happened (quarantine.places).
    account_id = models.BigIntegerField(null=True)
    country = models.CharField(max_length=2, blank=True, db_default="")
    network = models.CharField(max_length=6, blank=True, db_default="")
    prefix = models.CharField(max_length=255, blank=True, db_default="")
    # Held as part of it, and void as long as that holds.
    incident = models.ForeignKey(Incident, on_delete=models.SET_NULL, null=True, db_index=False)

    class Meta:
        """A message ends once, a bulk act decides once; an address's facts are read together."""

        constraints = [
            models.UniqueConstraint(
                fields=["message_id"],
                condition=Q(message_id__isnull=False),
                name="a_message_is_one_fact",
            ),
            models.UniqueConstraint(
                fields=["act", "address"],
                condition=Q(act__isnull=False),
                name="a_bulk_act_is_one_fact_of_an_address",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account_id", "at"],
                condition=Q(says=2),
                name="failures_of_an_account",
            ),
            models.Index(
                fields=["incident", "delivery_id"],
                condition=Q(incident__isnull=False),
                name="failures_held_by_incident",
            ),
        ]


class Word(models.Model):
    """What the holder of an address said once: leave me alone, or write to me again.

    The set of all words of an address decides whether it is denylisted (quarantine.optouts), so
    none is lost or counted twice, whatever the order in which they become known.
    """

    class Says(models.TextChoices):
        """What is asked for."""

        STOP = "stop", _("Leave alone")
        START = "start", _("Write again")

    # An erased address that was not denylisted leaves its words behind, which are counted.
    address = models.ForeignKey(Address, on_delete=models.SET_NULL, null=True, related_name="words")
    # Tells where the word was said, so that the same one is known again.
    key = models.BinaryField(max_length=16, unique=True)
    says = models.CharField(max_length=8, choices=Says.choices)
    # By the provider's clock, by ours where it gives no time; never later than ours.
    at = models.DateTimeField()
    text = models.CharField(max_length=500, blank=True)
    provider = models.CharField(max_length=32, blank=True)
    code = models.CharField(max_length=64, blank=True)
    # Rows of packages above this one, kept without foreign keys: the reply or the message whose
    # status told it, and the delivery that it answers.
    inbound_id = models.BigIntegerField(null=True)
    message_id = models.BigIntegerField(null=True)
    delivery_id = models.BigIntegerField(null=True)

    class Meta:
        """Read by address and by cause; counted by delivery."""

        indexes = [
            models.Index(
                fields=["inbound_id"],
                condition=Q(inbound_id__isnull=False),
                name="words_of_a_reply",
            ),
            models.Index(
                fields=["delivery_id", "message_id"],
                condition=Q(says="stop", delivery_id__isnull=False),
                name="opt_outs_of_a_delivery",
            ),
        ]


class Change(models.Model):
    """One step in the story of an address."""

    # Its index would be the beginning of the one below.
    address = models.ForeignKey(
        Address, on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    at = models.DateTimeField()
    before = models.CharField(max_length=12, choices=AddressStatus.choices)
    after = models.CharField(max_length=12, choices=AddressStatus.choices)
    reason = models.SmallIntegerField(choices=Reason.choices, default=Reason.UNDEFINED)
    text = models.CharField(max_length=500, blank=True)
    rule = models.ForeignKey(Rule, on_delete=models.SET_NULL, null=True)
    rule_version = models.PositiveIntegerField(null=True)
    # What caused it, where it was a word: the reply or the message, and the provider's code.
    inbound_id = models.BigIntegerField(null=True)
    message_id = models.BigIntegerField(null=True)
    provider = models.CharField(max_length=32, blank=True)
    code = models.CharField(max_length=64, blank=True)
    # The incident that holds the errors, or holds them no more.
    incident = models.ForeignKey(Incident, on_delete=models.SET_NULL, null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    act = models.ForeignKey(BulkAct, on_delete=models.PROTECT, null=True, db_index=False)

    class Meta:
        """An address's story is read in the order of time."""

        indexes = [models.Index(fields=["address", "at"], name="changes_of_an_address")]
