"""What is counted of callbacks, and when they were seen: insert-only, squashed by a task."""

from django.db import models

from providers.models import ProviderAccount


class ReceiptCounter(models.Model):
    """One change of a figure about an account's callbacks, or several squashed; insert-only.

    key tells what the figure is cut by (ingestion.figures says how); bucket is the hour in which
    the callback was received.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        ProviderAccount, on_delete=models.CASCADE, db_constraint=False, db_index=False
    )
    figure = models.CharField(max_length=16)
    key = models.CharField(max_length=16, blank=True)
    bucket = models.DateTimeField()
    value = models.BigIntegerField()
    # Not squashed yet.
    fresh = models.BooleanField(default=True, db_default=True)

    class Meta:
        """Read by account and hour."""

        indexes = [
            models.Index(
                fields=["account", "bucket"],
                include=["figure", "key", "value"],
                name="receipt_counters_of_an_account",
            ),
            models.Index(
                fields=["account", "bucket"],
                condition=models.Q(fresh=True),
                name="receipt_counters_to_squash",
            ),
        ]


class Sighting(models.Model):
    """When callbacks of an account were received, first and last; insert-only, then squashed.

    genuine: proven to be the provider's, and understood; `said` is what the first of them said.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE, db_constraint=False)
    genuine = models.BooleanField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    said = models.CharField(max_length=64, blank=True)
