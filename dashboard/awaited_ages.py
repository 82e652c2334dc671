"""Messages that wait for a receipt, by age, as bars."""

from django.utils.translation import gettext as _

from dashboard import bars
from dashboard.bars import Chart
from deliveries.awaiting import Awaited


def of(awaited: Awaited) -> Chart:
    """Draw one bar for each span of ages, in the order of deliveries.awaiting.BOUNDS."""
    labels = (
        _("under 1 hour"),
        _("1 to 6 hours"),
        _("6 to 24 hours"),
        _("1 to 3 days"),
        _("over 3 days"),
    )
    return bars.chart(list(zip(labels, awaited.ages, strict=True)))
