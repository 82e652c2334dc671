"""The journal: who did what and when; append-only, each line chained to the one before."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from deliveries.models.delivery import Delivery
from storage.ids import NextId


class AuditEvent(models.Model):
    """One line of the journal of a delivery, or of the whole system.

    Holds keyed hashes, never addresses, so that an erasure leaves the chain valid.
    """

    class Level(models.TextChoices):
        """How much a line matters."""

        INFO = "info", _("Information")
        WARNING = "warning", _("Warning")
        ERROR = "error", _("Error")

    id = models.BigIntegerField(primary_key=True, db_default=NextId(), editable=False)
    # No constraint: the journal of a draft stays when the draft is deleted.
    delivery = models.ForeignKey(
        Delivery, on_delete=models.DO_NOTHING, null=True, db_index=False, db_constraint=False
    )
    at = models.DateTimeField(_("time"))
    level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    code = models.CharField(_("code"), max_length=16, blank=True)
    text = models.CharField(_("message"), max_length=500)
    actor = models.CharField(_("actor"), max_length=150, blank=True)
    # No foreign key: a line outlives the account of its actor.
    actor_id = models.BigIntegerField(null=True)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        """Read by delivery, newest first; a chain does not fork."""

        indexes = [models.Index(fields=["delivery", "-id"], name="journal_of_a_delivery")]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "previous_hash"],
                nulls_distinct=False,
                name="a_journal_line_has_one_successor",
            ),
        ]

    def __str__(self) -> str:
        """Return the line as the journal shows it."""
        return f"{self.code} {self.text}".strip()


class JournalHead(models.Model):
    """Where the journal of a delivery, or of the system (chain 0), ends.

    A chain of hashes alone does not tell that its last lines are gone, nor that all are: the head
    does, and the numbers of all heads have no gap.
    """

    chain = models.BigIntegerField(primary_key=True)
    number = models.BigIntegerField(unique=True)
    lines = models.BigIntegerField(default=0)
    last_hash = models.BinaryField(max_length=32)
    # How many journals of deliveries there are; said by the head of the system's alone.
    journals = models.BigIntegerField(default=0)
    seal = models.BinaryField(max_length=32)
