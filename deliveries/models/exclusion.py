"""Recipients that were left out, and why."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from deliveries.models.delivery import Delivery
from messaging.failures import Reason
from storage.ids import NextId


class Exclusion(models.Model):
    """One recipient of the target that is never written to."""

    id = models.BigIntegerField(primary_key=True, db_default=NextId(), editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, db_index=False)
    # The line of the target that it is about; empty where there was no target.
    line = models.IntegerField(null=True)
    address = models.CharField(_("address"), max_length=320, blank=True, db_collation="C")
    recipient = models.CharField(_("recipient"), max_length=128, blank=True)
    reason = models.SmallIntegerField(_("reason"), choices=Reason.choices)
    text = models.CharField(_("text"), max_length=500, blank=True)
    rule = models.CharField(_("rule"), max_length=100, blank=True)
    # The change of the quarantine (change_id, address_id), the message (message_id) or the line of
    # the target (line) that is the cause; empty where there is none.
    cause = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Read by delivery, newest first, and by reason."""

        indexes = [
            models.Index(fields=["delivery", "-id"], name="exclusions_by_delivery"),
            models.Index(fields=["delivery", "reason", "-id"], name="exclusions_by_reason"),
            models.Index(fields=["address"], name="exclusions_of_an_address"),
        ]
