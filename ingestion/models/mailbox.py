"""The mailbox: what providers posted, what still waits, what was set aside, who replied."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from providers.models import ProviderAccount
from storage.ids import NextId


class Proof(models.IntegerChoices):
    """What let a callback in: asked at the door, since settings may have changed when it is read.

    A trial is a callback that we posted ourselves to see whether the way is free.
    """

    NONE = 0, _("Not checked")
    SIGNED = 1, _("Signature")
    TOKEN = 2, _("Secret address")
    TRIAL = 3, _("Test of our own")


GENUINE = (Proof.SIGNED, Proof.TOKEN)


class InboxEntry(models.Model):
    """One verified callback as received; never changed, dropped with its day."""

    partition_column = "id"
    partition_step = "day"
    partition_family = "inbox"

    id = models.BigIntegerField(primary_key=True, db_default=NextId(), editable=False)
    account = models.ForeignKey(
        ProviderAccount, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    method = models.CharField(max_length=8)
    query = models.TextField(blank=True)
    headers = models.TextField(blank=True)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    proof = models.SmallIntegerField(choices=Proof.choices, default=Proof.SIGNED)


class QueueItem(models.Model):
    """An entry that waits to be applied; the row goes in the transaction that applies it."""

    entry_id = models.BigIntegerField(primary_key=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)
    # Put back by a match, a retry or a replay: it has been counted before.
    again = models.BooleanField(default=False)


class HeldCallback(models.Model):
    """A callback set aside with its raw request: its message is not known yet, or it failed.

    Stays until it is matched, retried or discarded, longer than the inbox keeps its entry.
    """

    class State(models.TextChoices):
        """Why it was set aside, or that it was decided on."""

        PARKED = "parked", _("Parked")
        DEAD = "dead", _("Dead")
        DISCARDED = "discarded", _("Discarded")

    id = models.BigIntegerField(primary_key=True, db_default=NextId(), editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, db_index=False)
    entry_id = models.BigIntegerField()
    method = models.CharField(max_length=8)
    query = models.TextField(blank=True)
    headers = models.TextField(blank=True)
    body = models.BinaryField()
    received_at = models.DateTimeField(_("received"))
    proof = models.SmallIntegerField(choices=Proof.choices, default=Proof.SIGNED)
    # Only parked ones have an id to be matched by; a dead entry has none.
    provider_id = models.CharField(max_length=255, blank=True, db_collation="C")
    error = models.CharField(_("cause"), max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decision = models.CharField(max_length=500, blank=True)

    class Meta:
        """Matched by account and id; browsed by state, newest first."""

        indexes = [
            models.Index(
                fields=["account", "provider_id"],
                condition=models.Q(state="parked"),
                name="parked_by_provider_id",
            ),
            models.Index(fields=["state", "-id"], name="held_callbacks_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["entry_id", "provider_id"], name="an_entry_is_held_once_per_provider_id"
            ),
        ]


class InboundMessage(models.Model):
    """What somebody wrote back, what it asked for, and which message it most probably answers."""

    class Action(models.TextChoices):
        """What it asks to be done with the address; a later word may have undone it."""

        NONE = "", _("No effect")
        DENYLIST = "denylist", _("Denylisted")
        LIFT = "lift", _("Allowed again")
        NOT_ALLOWED = "not_allowed", _("Not accepted in this country")
        NO_NUMBER = "no_number", _("Sender is no phone number")
        UNREADABLE = "unreadable", _("Could not be read as a number")

    id = models.BigIntegerField(primary_key=True, db_default=NextId(), editable=False)
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, db_index=False)
    # A keyed hash of the provider's id or, where it gives none, of who wrote what when.
    digest = models.BinaryField(max_length=16)
    provider_id = models.CharField(max_length=255, blank=True)
    # In E.164 where it can be read as a number, otherwise as the provider writes it.
    address = models.CharField(_("address"), max_length=320, db_collation="C")
    recipient = models.CharField(_("number written to"), max_length=64, blank=True)
    text = models.TextField(_("text"), blank=True)
    keyword = models.CharField(
        _("keyword"),
        max_length=8,
        choices=[(word, word) for word in ("STOP", "START", "HELP")],
        blank=True,
    )
    action = models.CharField(_("action"), max_length=12, choices=Action.choices, blank=True)
    at = models.DateTimeField(_("time"))
    entry_id = models.BigIntegerField()
    # The newest message to this address on this account before it; of hot tables, so no key.
    message_id = models.BigIntegerField(null=True)
    delivery_id = models.BigIntegerField(null=True)

    class Meta:
        """A reply is kept once however often it is posted; each list has its index."""

        indexes = [
            models.Index(fields=["address", "-id"], name="inbound_by_address"),
            models.Index(fields=["account", "-id"], name="inbound_by_account"),
            models.Index(fields=["action", "-id"], name="inbound_by_action"),
            models.Index(fields=["keyword", "-id"], name="inbound_by_keyword"),
            models.Index(fields=["entry_id"], name="inbound_by_entry"),
            models.Index(
                fields=["message_id", "-id"],
                condition=models.Q(message_id__isnull=False),
                name="inbound_by_message",
            ),
            models.Index(
                fields=["delivery_id", "-id"],
                condition=models.Q(delivery_id__isnull=False),
                name="inbound_by_delivery",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "digest"], name="an_inbound_message_is_kept_once"
            ),
        ]
