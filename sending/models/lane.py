"""How fast messages leave through an account, and whether they may."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from providers.models import ProviderAccount

MOST_A_SECOND = 10_000


class Lane(models.Model):
    """The way out through one account, shared by all workers: whoever takes of it locks the row."""

    account = models.OneToOneField(
        ProviderAccount, on_delete=models.CASCADE, primary_key=True, related_name="lane"
    )
    # Messages a second; null: what its provider's file says.
    rate = models.PositiveIntegerField(_("messages per second"), null=True, blank=True)
    # How many may leave at `counted_at`; it fills at the rate.
    allowance = models.FloatField(default=0)
    counted_at = models.DateTimeField(null=True)
    # Nothing leaves before: the provider asked for it, or the lane is closed.
    not_before = models.DateTimeField(null=True)
    # Hand-overs in a row that failed for no fault of their message.
    failures = models.PositiveIntegerField(default=0)
    # Since when nothing leaves but a trial now and then; null: open.
    closed_at = models.DateTimeField(null=True)
    trials = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        """A rate is one that a worker can keep."""

        constraints = [
            models.CheckConstraint(
                condition=Q(rate=None) | Q(rate__gte=1, rate__lte=MOST_A_SECOND),
                name="a_rate_is_from_one_to_ten_thousand",
            ),
        ]

    def is_held(self, *, at: datetime) -> bool:
        """Tell whether nothing may leave at a time."""
        return self.not_before is not None and self.not_before > at
