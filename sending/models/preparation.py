"""How a target becomes messages: one row per run."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deliveries.models import Delivery
from messaging.statuses import DeliveryStatus
from sending.models.typology import TypologyVersion

OPEN = ("queued", "running")


class Preparation(models.Model):
    """One run, whose messages become visible as a whole, or not at all.

    Whoever works on it holds an advisory lock: an open run without one is found by the sweeper.
    """

    class State(models.TextChoices):
        """How far a run has come."""

        QUEUED = "queued", _("Waiting for a worker")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Stopped")
        FAILED = "failed", _("Failed")

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="preparations")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    # What is being done, as sending.steps names it, and how much of it is done.
    step = models.CharField(max_length=16, blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    # How the delivery stood, and stands again where nothing comes of the run.
    status_before = models.CharField(max_length=12, default=DeliveryStatus.EDITING)
    # The rules that decided.
    typology = models.ForeignKey(TypologyVersion, on_delete=models.PROTECT, related_name="+")
    # The time by which rules judge: the same however often a run is begun anew.
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    targeted = models.IntegerField(default=0)
    excluded = models.IntegerField(default=0)
    # Why it failed, for people.
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        """A delivery is prepared by one run at a time."""

        indexes = [models.Index(fields=["delivery", "-id"], name="preparations_of_a_delivery")]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery"],
                condition=Q(state__in=OPEN),
                name="a_delivery_is_prepared_once_at_a_time",
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Tell whether it still goes on."""
        return self.state in OPEN

    @property
    def to_send(self) -> int:
        """Return how many messages it made."""
        return self.targeted - self.excluded
