"""How long rows live: partitions are made ahead, and dropped whole when their time is over."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from deliveries.models import Delivery, Exclusion, Message
from messaging.statuses import DeliveryStatus
from storage import partitions
from storage.partitions import Partition

MONTH = timedelta(days=31)
MESSAGES = Message._meta.db_table


def drop_old_messages(*, at: datetime) -> list[str]:
    """Drop the months of messages that are past their retention; return the partitions' names.

    Their deliveries become archived: counters stay as they are, and nothing is registered to them.
    """
    boundary = at - MONTH * settings.MESSAGE_RETENTION_MONTHS
    # Messages go last: where a lock is not had in the middle, the next round finds the rest.
    tables = sorted(partitions.tables(family="message"), key=lambda table: table.name == MESSAGES)
    old = [
        partition
        for table in tables
        for partition in partitions.existing(table)
        if partition.until <= boundary
    ]
    for partition in old:
        if partition.table == MESSAGES:
            _archive(partition, at=at)
    for partition in old:
        partitions.drop(partition)
    return [partition.name for partition in old]


@transaction.atomic
def _archive(partition: Partition, *, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT delivery_id FROM {partition.name}")
        ids = [row[0] for row in cursor.fetchall()]
    Exclusion.objects.filter(delivery_id__in=ids).delete()
    Delivery.objects.filter(pk__in=ids, archived_at=None).update(
        archived_at=at, status=DeliveryStatus.FINISHED
    )
