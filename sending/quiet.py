"""Quiet hours: for whom a time lies in them, by the clock of each number's country."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from deliveries.models import Delivery
from messaging import clocks
from messaging.statuses import MessageStatus
from sending import ruleset
from sending.models import Preparation
from sending.ruleset import Ruleset

# Of a row with a country: the site's clock counts where a country has several, or none is known.
IS_QUIET = "CASE WHEN country = ANY(%s) THEN country = ANY(%s) ELSE %s END"


def values(rules: Ruleset, *, at: datetime) -> list[Any]:
    """Return what IS_QUIET takes, for rules that have quiet hours."""
    quiet = [each for each, zone in clocks.ZONES.items() if rules.is_quiet(at, zone=zone)]
    return [list(clocks.ZONES), quiet, rules.is_quiet(at, zone=settings.TIME_ZONE)]


def rules_of(delivery: Delivery) -> Ruleset | None:
    """Return the rules by which a delivery was prepared last, if they have quiet hours."""
    done = Preparation.objects.filter(delivery=delivery, state=Preparation.State.DONE)
    last = done.select_related("typology").order_by("-id").first()
    rules = ruleset.read(last.typology.rules) if last else None
    return rules if rules and rules.quiet_from else None


def concerned(delivery: Delivery, rules: Ruleset, *, at: datetime) -> int:
    """Return how many waiting messages of a delivery would disturb at a time."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FROM deliveries_message
             WHERE delivery_id = %s AND id >= %s AND status = %s AND {IS_QUIET}
            """,
            [delivery.pk, delivery.pk, int(MessageStatus.PENDING), *values(rules, at=at)],
        )
        count: int = cursor.fetchone()[0]
    return count
