"""How often each URL was clicked, read from the counters of its delivery.

The key of a click's counter is empty for the delivery, and the id of the URL for that alone.
"""

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Sum

from deliveries import counters
from deliveries.models import Counter
from tracking.models import TrackedUrl


class UrlFigures(NamedTuple):
    """A URL and its clicks; `clickers`: how many messages were clicked by a person."""

    url: TrackedUrl
    clicks: int
    human_clicks: int
    clickers: int

    @property
    def suspected_clicks(self) -> int:
        """Return the clicks that are not known to be a person's."""
        return self.clicks - self.human_clicks


def of(*, delivery_id: int, urls: Collection[TrackedUrl]) -> list[UrlFigures]:
    """Return the figures of some URLs of a delivery, in their order, with one query."""
    found = (
        Counter.objects.filter(
            delivery_id=delivery_id,
            figure__in=(counters.CLICKS, counters.HUMAN_CLICKS, counters.CLICKERS),
            key__in=[str(url.pk) for url in urls],
        )
        .values_list("key", "figure")
        .annotate(total=Sum("value"))
    )
    totals = {(key, figure): total for key, figure, total in found}
    return [
        UrlFigures(
            url,
            *(
                totals.get((str(url.pk), figure), 0)
                for figure in (counters.CLICKS, counters.HUMAN_CLICKS, counters.CLICKERS)
            ),
        )
        for url in urls
    ]
