"""What time does to addresses: old errors are forgiven, old facts of valid addresses dropped."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from quarantine import folding, ledger
from quarantine.folding import News
from quarantine.models import Address
from storage.ids import lowest_id

BATCH = 2_000
MONTH = timedelta(days=31)


def forgive(*, at: datetime) -> int:
    """Make addresses valid whose counted errors are old enough; return how many."""
    forgiven = 0
    while ids := list(
        Address.objects.filter(forgiven_at__lt=at)
        .order_by("forgiven_at")
        .values_list("id", flat=True)[:BATCH]
    ):
        forgiven += _forgive(ids, at=at)
    return forgiven


@transaction.atomic
def _forgive(ids: list[int], *, at: datetime) -> int:
    known = {
        address_id: address
        for address_id, address in ledger.locked_by_id(ids).items()
        if address.standing.forgiven_at and address.standing.forgiven_at < at
    }
    heard = {address_id: address.words for address_id, address in known.items()}
    # Made from all its facts: one of them may have come since.
    folding.settle(known, heard, News(anew=set(known)), at=at)
    return len(known)


def drop_old_facts(*, at: datetime) -> int:
    """Drop facts about valid addresses whose messages are past their retention.

    Whoever is not valid keeps them all, since its record is made of them; so does whoever a bulk
    act decided on that can still be undone.
    """
    boundary = at - MONTH * settings.MESSAGE_RETENTION_MONTHS
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM quarantine_fact fact USING quarantine_address address
             WHERE fact.address_id = address.id AND fact.message_id < %s
               AND address.status = 'valid'
               AND NOT EXISTS (SELECT FROM quarantine_fact decision
                                 JOIN quarantine_bulkact act ON act.id = decision.act_id
                                WHERE decision.address_id = address.id AND act.at > %s)
            """,
            [lowest_id(boundary), at - MONTH],
        )
        dropped: int = cursor.rowcount
    return dropped
