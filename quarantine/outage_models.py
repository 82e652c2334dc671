"""Outages: how messages end by place and moment, when that is an incident, and incidents."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Tally(models.Model):
    """How many messages ended in one place in ten seconds, insert-only; by the hour once old.

    failed: those whose error would count against their address.
    """

    # An account is beside this package, so its id is kept without a foreign key.
    account_id = models.BigIntegerField()
    country = models.CharField(max_length=2, blank=True)
    network = models.CharField(max_length=6, blank=True)
    prefix = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()
    messages = models.IntegerField()
    failed = models.IntegerField()
    fresh = models.BooleanField(default=True, db_default=True)

    class Meta:
        """Read by account and time; what is fresh is looked at by the next round."""

        indexes = [
            models.Index(fields=["account_id", "at"], name="tallies_of_an_account"),
            models.Index(
                fields=["account_id"], condition=Q(fresh=True), name="tallies_not_looked_at"
            ),
            models.Index(fields=["at"], name="tallies_by_age"),
        ]


class Watch(models.Model):
    """From when on failures are an incident; a row is one version and never changes."""

    enabled = models.BooleanField(default=True)
    least_messages = models.PositiveIntegerField(default=200)
    least_percent = models.PositiveSmallIntegerField(default=50)
    times_usual = models.PositiveSmallIntegerField(default=5)
    # Where nobody knows yet what is usual.
    new_percent = models.PositiveSmallIntegerField(default=80)
    quiet_minutes = models.PositiveSmallIntegerField(default=10)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)

    class Meta:
        """The highest version is in force."""

        constraints = [
            models.UniqueConstraint(fields=["version"], name="a_watch_has_one_row_per_version"),
            models.CheckConstraint(
                condition=Q(least_messages__gt=0, quiet_minutes__gt=0, times_usual__gt=0)
                & Q(least_percent__range=(1, 100), new_percent__range=(1, 100)),
                name="a_watch_looks_for_something",
            ),
        ]


class Incident(models.Model):
    """A spike of failures in one place: its errors are held, and decided on by a person.

    The place is an account, cut by country, network or prefix; empty means any.
    """

    class State(models.TextChoices):
        """What holds for its errors: while open or confirmed they are void."""

        OPEN = "open", _("Open")
        CONFIRMED = "confirmed", _("Confirmed")
        DISMISSED = "dismissed", _("Dismissed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    account_id = models.BigIntegerField()
    country = models.CharField(max_length=2, blank=True)
    network = models.CharField(max_length=6, blank=True)
    prefix = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    # The moments that failed, by the time of the errors.
    began_at = models.DateTimeField()
    failing_until = models.DateTimeField()
    # Errors from then until then belong to it; without an end while it goes on.
    held_from = models.DateTimeField()
    held_until = models.DateTimeField(null=True)
    messages = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    # The share that usually fails there; empty where nobody knows.
    usual = models.FloatField(null=True)
    # How many errors are held.
    held = models.PositiveIntegerField(default=0)
    watch = models.ForeignKey(Watch, on_delete=models.PROTECT)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    text = models.CharField(max_length=500, blank=True)
    # All errors that belong to it are marked, and their addresses folded again.
    settled = models.BooleanField(default=False)

    class Meta:
        """Shown latest first; looked for by place and by work to do."""

        constraints = [
            models.CheckConstraint(
                condition=Q(began_at__lt=F("failing_until")) & Q(held_from__lte=F("began_at")),
                name="an_incident_lasts_a_while",
            ),
            models.UniqueConstraint(
                fields=["account_id", "country", "network", "prefix"],
                condition=Q(held_until=None) & ~Q(state="withdrawn"),
                name="one_incident_goes_on_in_a_place",
            ),
        ]
        indexes = [
            models.Index(fields=["account_id", "held_until"], name="incidents_of_an_account"),
            models.Index(fields=["id"], condition=Q(settled=False), name="incidents_to_settle"),
        ]

    def holds(self) -> bool:
        """Tell whether its errors are void."""
        return self.state in HOLDING

    def goes_on(self) -> bool:
        """Tell whether its end has not been seen."""
        return self.held_until is None


HOLDING = (str(Incident.State.OPEN), str(Incident.State.CONFIRMED))
