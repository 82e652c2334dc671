"""Insert-only deltas: the sum of all rows of a figure is exact at any moment."""

from django.db import models

from deliveries.models.delivery import Delivery


class Counter(models.Model):
    """One change of one figure of one delivery, or several squashed into one.

    key tells what the figure is cut by (deliveries.counters says how); bucket is the minute it
    belongs to, for figures over time.
    """

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, db_constraint=False, db_index=False
    )
    figure = models.CharField(max_length=16)
    key = models.CharField(max_length=48, blank=True)
    bucket = models.DateTimeField(null=True)
    value = models.BigIntegerField()
    # Not squashed yet.
    fresh = models.BooleanField(default=True, db_default=True)

    class Meta:
        """Read by delivery and figure; errors by their qualification, over all deliveries."""

        indexes = [
            models.Index(
                fields=["delivery", "figure", "key", "bucket"],
                include=["value"],
                name="counters_of_a_delivery",
            ),
            models.Index(
                fields=["key", "delivery"],
                include=["value"],
                condition=models.Q(figure="error"),
                name="errors_of_a_qualification",
            ),
            models.Index(
                fields=["delivery", "figure"],
                condition=models.Q(fresh=True),
                name="counters_to_squash",
            ),
        ]
