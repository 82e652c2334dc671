"""Rules: what failures do to addresses."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messaging.channels import Channel
from messaging.failures import FailureType, Reason


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
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A row is one version and never changes; of those in force one decides."""

        constraints = [
            models.UniqueConstraint(
                fields=["channel", "failure_type", "reason"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="one_rule_per_channel_type_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(threshold__gt=0), name="a_threshold_is_at_least_one"
            ),
            models.CheckConstraint(
                condition=Q(forgiven_after_days__gt=0),
                name="errors_are_forgiven_after_a_day_or_more",
            ),
        ]
