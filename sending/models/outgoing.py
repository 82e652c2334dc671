"""Messages on their way out."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deliveries.models import Delivery, Message


class Outgoing(models.Model):
    """A message that is to be handed over: its final text, its turn, and how far it has come."""

    partition_column = "message_id"
    partition_step = "month"
    partition_family = "message"

    class State(models.IntegerChoices):
        """How far the handing over has come."""

        WAITING = 0, _("Waiting")
        LEAVING = 1, _("Leaving")
        IN_DOUBT = 2, _("In doubt")
        DONE = 3, _("Done")

    message = models.OneToOneField(
        Message,
        on_delete=models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="outgoing",
    )
    delivery = models.ForeignKey(
        Delivery, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    # The line of the target that it was made of.
    line = models.IntegerField()
    # Its turn, from 1 without a gap: waves are cut by it.
    position = models.IntegerField()
    # As it leaves: personal fields filled in, tracked links in the place of URLs.
    text = models.TextField()
    state = models.SmallIntegerField(choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        """Claimed in their turn."""

        indexes = [
            models.Index(
                fields=["delivery", "position"],
                condition=Q(state=0),
                name="outgoing_that_wait",
            ),
            # Few at any time: what has left without an answer yet, and what is in doubt.
            models.Index(
                fields=["delivery", "state", "message"],
                condition=Q(state__in=(1, 2)),
                name="outgoing_without_an_answer",
            ),
        ]
