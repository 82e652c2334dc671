"""The target of a delivery, line by line, as it was given."""

from django.db import models
from django.db.models import Q

from deliveries.models import Delivery


class Recipient(models.Model):
    """One line of the target.

    What becomes of it stands elsewhere under the same line: an Outgoing, or an Exclusion of the
    delivery.  So a preparation writes nothing here, and the target stays what was given.
    """

    partition_column = "delivery_id"
    partition_step = "month"
    partition_family = "message"

    pk = models.CompositePrimaryKey("delivery_id", "line")
    delivery = models.ForeignKey(
        Delivery, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    # From 1; a second upload goes on where the first one ended.
    line = models.IntegerField()
    # As given: the preparation finds its one spelling.
    address = models.CharField(max_length=320, blank=True)
    # The sender's own name for the recipient.
    reference = models.CharField(max_length=128, blank=True)
    # All columns, by the name of their header in one spelling (messaging.personal.name).
    fields = models.JSONField(default=dict)

    class Meta:
        """Read by delivery in the order of lines."""

        constraints = [
            models.CheckConstraint(condition=Q(line__gte=1), name="a_line_is_counted_from_one"),
        ]
