"""How long the links of a delivery work."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from deliveries import journal
from deliveries.models import Delivery
from tracking.models import LinkTerms

MOST_DAYS = 3_650


class BadTerms(Exception):
    """Links can not work for so long."""


def days_of(*, delivery_id: int) -> int:
    """Return for how many days from its start a delivery's links work."""
    own = LinkTerms.objects.filter(delivery_id=delivery_id).values_list("days", flat=True)
    found = own.first()
    return settings.LINK_DAYS if found is None else found


@transaction.atomic
def change(
    *, delivery_id: int, days: int | None, by: AbstractBaseUser | None, at: datetime
) -> None:
    """Let links work for other days than now, also those that were sent; None leaves it as it is.

    Raises Delivery.DoesNotExist and BadTerms.
    """
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    if days is None or days == days_of(delivery_id=delivery_id):
        return
    if not 1 <= days <= MOST_DAYS:
        raise BadTerms(_("From 1 to %(most)d days.") % {"most": MOST_DAYS})
    LinkTerms.objects.update_or_create(delivery=delivery, defaults={"days": days})
    text = f"Links work for {days} days."
    journal.write(delivery=delivery, code="LNK-1002", text=text, by=by, at=at)
