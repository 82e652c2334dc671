"""Files of recipients: kept until they are read into the target, with what was wrong in them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deliveries.models import Delivery


class Upload(models.Model):
    """One file, or one body, of recipients.

    One that a person gives waits in pieces until its columns are chosen, then for a worker.
    """

    class State(models.TextChoices):
        """How far the reading has come."""

        GIVEN = "given", _("Columns to be chosen")
        QUEUED = "queued", _("Waiting for a worker")
        RUNNING = "running", _("Being read")
        DONE = "done", _("Read")
        FAILED = "failed", _("Failed")

    class Mode(models.TextChoices):
        """What happens to the recipients that are there already."""

        APPEND = "append", _("Add to the recipients")
        REPLACE = "replace", _("Replace all recipients")

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.APPEND)
    # How it is read: sending.layout.Layout.
    layout = models.JSONField(default=dict)
    size = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    received = models.IntegerField(default=0)
    bad_count = models.IntegerField(default=0)
    # The first bad lines: number, cause.
    bad = models.JSONField(default=list)
    # What is added to a number of a line of the file to have that of the target.
    offset = models.IntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Read by delivery, newest first; one is read into a target at a time."""

        indexes = [models.Index(fields=["delivery", "-id"], name="uploads_of_a_delivery")]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery"],
                condition=Q(state__in=("queued", "running")),
                name="a_target_is_read_from_one_file_at_a_time",
            ),
        ]


class UploadPiece(models.Model):
    """A piece of a file that waits to be read; gone once it is."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        """Pieces are read in their order."""

        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="a_piece_has_one_place"),
        ]
