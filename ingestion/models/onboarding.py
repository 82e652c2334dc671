"""The way of a new account: tests of our own, and topics that ask to be subscribed."""

from django.conf import settings
from django.db import models

from providers.models import ProviderAccount


class Trial(models.Model):
    """A callback that we posted to an account's address ourselves, and how far it came.

    signed: with the account's own secret; otherwise only its provider could sign it, or nothing
    has to be.  status: what the door answered, None where nobody did.  reason: why its proof was
    not enough.  found: how many reports were read in it, once a worker has.
    """

    account = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE)
    created_at = models.DateTimeField()
    signed = models.BooleanField()
    answered = models.BooleanField(default=False)
    status = models.SmallIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    applied_at = models.DateTimeField(null=True)
    found = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)


class Subscription(models.Model):
    """A topic that asks to be subscribed to an account's address, or tells that it is not any more.

    token: what the provider gave us to say yes with; only an administrator's click uses it.
    """

    account = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE)
    topic = models.CharField(max_length=400)
    token = models.CharField(max_length=1024)
    ended = models.BooleanField()
    received_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        """Asked once however often it is posted."""

        constraints = [
            models.UniqueConstraint(
                fields=["account", "topic", "token", "ended"], name="a_subscription_asks_once"
            ),
        ]
