"""The start of a delivery: when, in which waves, and until when messages are handed over."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from deliveries.models import Delivery


class Launch(models.Model):
    """One delivery that was scheduled or started; messages up to position `released` may leave."""

    delivery = models.OneToOneField(
        Delivery, on_delete=models.CASCADE, primary_key=True, related_name="launch"
    )
    starts_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # As asked for, such as ["10%", "1000", "rest"]; none: all at once.
    waves = models.JSONField(default=list)
    interval = models.DurationField(null=True)
    # How many waves have begun, and the last position of each, known with the start.
    wave = models.PositiveIntegerField(default=0)
    ends = models.JSONField(default=list)
    released = models.IntegerField(default=0)
    next_wave_at = models.DateTimeField(null=True)
    # Nothing is handed over after this.
    hands_over_until = models.DateTimeField(null=True)

    class Meta:
        """Those that wait for their time are looked for every few seconds."""

        indexes = [
            models.Index(
                fields=["next_wave_at"],
                condition=Q(next_wave_at__isnull=False),
                name="launches_with_waves_to_come",
            ),
        ]
