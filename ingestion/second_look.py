"""A second look at addresses whose first error and a success may have missed each other.

A drain that stores the first failure of an address reads the successes since then, and one that
applies a success looks whether its address has failures.  Two that do so at the same moment do not
see each other; an hour later everything is there to be seen.
"""

from datetime import datetime, timedelta

from django.db import transaction

from ingestion import endings
from messaging.statuses import AddressStatus
from quarantine import intake
from quarantine.ledger import Name
from quarantine.models import Address

BATCH = 2_000
# Twice the time between two looks, so that what was under way at the first is seen by the second.
LOOKS_BACK = timedelta(hours=2)


def look_again(*, at: datetime) -> int:
    """Take in successes that were missed; return how many addresses were looked at."""
    changed = Address.objects.filter(
        modified_at__gte=at - LOOKS_BACK,
        known_since__isnull=False,
        status__in=(AddressStatus.WITH_ERRORS, AddressStatus.QUARANTINE),
    ).exclude(address="")
    last = looked_at = 0
    while ids := list(
        changed.filter(pk__gt=last).order_by("id").values_list("id", flat=True)[:BATCH]
    ):
        last = ids[-1]
        looked_at += _look_again(ids, at=at)
    return looked_at


@transaction.atomic
def _look_again(ids: list[int], *, at: datetime) -> int:
    # Locked first: whoever has ended a message of theirs meanwhile has the last word.
    rows = Address.objects.select_for_update().filter(pk__in=ids).order_by("id")
    since = {Name(row.channel, row.address): row.known_since for row in rows if row.known_since}
    ended = endings.history(since) if since else []
    intake.take(said={}, ended=ended, history=endings.history, at=at)
    return len(since)
