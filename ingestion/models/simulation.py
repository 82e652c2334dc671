"""What is to come of messages that were handed to the simulated provider."""

from django.db import models

from providers.models import ProviderAccount
from storage.ids import NextId


class SimulatedReport(models.Model):
    """A report that is to be posted at its time; gone once our own door has taken it."""

    id = models.BigIntegerField(primary_key=True, db_default=NextId(), editable=False)
    account = models.ForeignKey(
        ProviderAccount, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    due_at = models.DateTimeField(db_index=True)
    # As it stands in the body of a callback.
    item = models.TextField()


class SimulatedVisit(models.Model):
    """A request for a short link that is to be made at its time; gone once it was answered."""

    id = models.BigIntegerField(primary_key=True, db_default=NextId(), editable=False)
    due_at = models.DateTimeField(db_index=True)
    url = models.TextField()
    method = models.TextField()
    agent = models.TextField()
