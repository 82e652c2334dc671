"""What was decided about many addresses at once, and those it still has to come to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from messaging.failures import Reason


class BulkAct(models.Model):
    """One decision about many addresses; its facts name it, so that it can be withdrawn.

    The work lives in this row: whoever finds it open or being undone goes on with it.
    """

    class Action(models.TextChoices):
        """What is done to the addresses."""

        RELEASE = "release", _("Release")
        QUARANTINE = "quarantine", _("Quarantine")
        DENYLIST = "denylist", _("Denylist")
        IMPORT = "import", _("Import")

    class State(models.TextChoices):
        """How far it is."""

        STAGED = "staged", _("To be confirmed")
        OPEN = "open", _("Under way")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", pgettext_lazy("an act", "Failed")

    action = models.CharField(max_length=12, choices=Action.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    # By the names of the API, each value as text; never a whole address.
    filter = models.JSONField(default=dict)
    text = models.CharField(max_length=500)
    reason = models.SmallIntegerField(choices=Reason.choices, default=Reason.UNDEFINED)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # How many addresses were found when it was confirmed; each was then changed or left out.
    taken = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    # Lines of an import that cannot be taken.
    bad = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # How far an undo is, and what it did: kept are those that people decided on since.
    cursor = models.BigIntegerField(default=0)
    restored = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    # How often in a row its next batch could not be done, when last, and why.
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    tried_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        """Found by workers while there is something to do."""

        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=["open", "undoing"]),
                name="bulk_acts_to_work_on",
            ),
        ]


class BulkMember(models.Model):
    """An address that a bulk act has not come to yet."""

    pk = models.CompositePrimaryKey("act_id", "address_id")
    # Without foreign keys: an address may be erased before its turn.
    act_id = models.BigIntegerField()
    address_id = models.BigIntegerField()


class ImportLine(models.Model):
    """A line of an import that is not taken yet, or cannot be; of the latter no address is kept."""

    pk = models.CompositePrimaryKey("act_id", "line")
    act_id = models.BigIntegerField()
    line = models.PositiveIntegerField()
    channel = models.CharField(max_length=8, blank=True)
    address = models.CharField(max_length=320, blank=True)
    fingerprint = models.BinaryField(max_length=32)
    status = models.CharField(max_length=12, blank=True)
    reason = models.SmallIntegerField(default=0)
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(null=True)
    field = models.CharField(max_length=16, blank=True)
    fault = models.CharField(max_length=300, blank=True)
