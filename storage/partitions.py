"""Range partitions over time-ordered ids: which exist, making them ahead, dropping the old ones.

A model is partitioned by declaring `partition_column` and `partition_step`; all tables partitioned
by the same noun (`partition_family`) share their bounds, so a message's whole story lives and dies
in one month.
"""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import structlog
from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.db.models import Model

from storage.ids import lowest_id, time_of

Step = Literal["month", "day"]
LOCK_TIMEOUT = "2s"
LOCK_ATTEMPTS = 5
# psycopg2's SQLSTATE for a lock that was not had in time.
LOCK_NOT_AVAILABLE = "55P03"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PartitionedTable:
    """A parent table, the id column its partitions are cut by, and how wide they are."""

    name: str
    column: str
    step: Step
    family: str


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition: ids from `low` up to, not including, `high`."""

    table: str
    name: str
    low: int
    high: int

    @property
    def until(self) -> datetime:
        """Return the time at which the partition ends."""
        return time_of(self.high)


def of(model: type[Model]) -> PartitionedTable:
    """Describe the partitioning that a model declares."""
    declared: Any = model
    return PartitionedTable(
        name=model._meta.db_table,
        column=declared.partition_column,
        step=declared.partition_step,
        family=declared.partition_family,
    )


def tables(*, family: str | None = None) -> list[PartitionedTable]:
    """List every partitioned table of the project, or those of one family."""
    found = [of(model) for model in apps.get_models() if hasattr(model, "partition_column")]
    return [table for table in found if family in (None, table.family)]


def bounds(*, step: Step, at: datetime) -> tuple[datetime, datetime]:
    """Return the start and the end (UTC) of the month or day that holds this time."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if step == "day":
        return day, day + timedelta(days=1)
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def partition_at(table: PartitionedTable, at: datetime) -> Partition:
    """Return the partition that would hold rows made at this time, whether it exists or not."""
    start, end = bounds(step=table.step, at=at)
    suffix = f"{start:%Y_%m}" if table.step == "month" else f"{start:%Y_%m_%d}"
    return Partition(table.name, f"{table.name}_{suffix}", lowest_id(start), lowest_id(end))


def existing(table: PartitionedTable) -> list[Partition]:
    """List the partitions that are attached, oldest first, the default one left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT child.relname, pg_get_expr(child.relpartbound, child.oid)
              FROM pg_inherits
              JOIN pg_class child ON child.oid = inhrelid
             WHERE inhparent = %s::regclass
            """,
            [table.name],
        )
        rows = cursor.fetchall()
    found = []
    for name, expression in rows:
        if numbers := re.findall(r"'(\d+)'", expression):
            found.append(Partition(table.name, name, int(numbers[0]), int(numbers[1])))
    return sorted(found, key=lambda partition: partition.low)


def wanted(table: PartitionedTable, *, at: datetime, ahead: int) -> Iterator[Partition]:
    """Yield the partition of this time and as many after it as asked."""
    for _ in range(ahead + 1):
        partition = partition_at(table, at)
        yield partition
        at = partition.until


def create_ahead(*, at: datetime, ahead: int = 3) -> list[str]:
    """Create the partitions that are missing from now on; return their names.

    Rows that fell into the default partition meanwhile are moved in the same transaction.
    """
    created = []
    for table in tables():
        names = {partition.name for partition in existing(table)}
        for partition in wanted(table, at=at, ahead=ahead):
            if partition.name not in names:
                _with_short_lock(create, table, partition)
                created.append(partition.name)
    return created


def create(table: PartitionedTable, partition: Partition) -> None:
    """Create one partition, fill it with its strays, and attach it."""
    inside = f"{table.column} >= {partition.low} AND {table.column} < {partition.high}"
    with connection.cursor() as cursor:
        # No stray may be born between the move and ATTACH, which would refuse it.
        cursor.execute(f"LOCK TABLE {table.name}_default IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"CREATE TABLE {partition.name} (LIKE {table.name} INCLUDING ALL)")
        cursor.execute(
            f"WITH stray AS (DELETE FROM {table.name}_default WHERE {inside} RETURNING *) "
            f"INSERT INTO {partition.name} SELECT * FROM stray"
        )
        # The check lets ATTACH skip its scan of the new table.
        cursor.execute(
            f"ALTER TABLE {partition.name} ADD CONSTRAINT {partition.name}_bounds CHECK ({inside})"
        )
        cursor.execute(
            f"ALTER TABLE {table.name} ATTACH PARTITION {partition.name} "
            f"FOR VALUES FROM ({partition.low}) TO ({partition.high})"
        )
        cursor.execute(f"ALTER TABLE {partition.name} DROP CONSTRAINT {partition.name}_bounds")


def drop(partition: Partition) -> None:
    """Detach one partition, then drop it."""
    _with_short_lock(_detach_and_drop, partition)


def _detach_and_drop(partition: Partition) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {partition.table} DETACH PARTITION {partition.name}")
        cursor.execute(f"DROP TABLE {partition.name}")


def _with_short_lock(act: Callable[..., None], *args: object) -> None:
    """Run a change of structure in a transaction that gives up its place in the queue quickly."""
    for attempt in itertools.count(1):  # pragma: no branch  # it returns or raises
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                act(*args)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
                raise
            if attempt == LOCK_ATTEMPTS:
                raise
            log.warning("partition lock not had, trying again", attempt=attempt)
            time.sleep(attempt)
        else:
            return


def strays() -> dict[str, int]:
    """Count the rows in default partitions (up to 1,000 each): any is a cause for alarm."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(
                f"SELECT count(*) FROM (SELECT 1 FROM {table.name}_default LIMIT 1000) AS sample"
            )
            if rows := cursor.fetchone()[0]:
                found[table.name] = rows
    return found


def missing(*, at: datetime) -> list[str]:
    """Name the partitions of now and of the next step that do not exist yet."""
    return [
        partition.name
        for table in tables()
        for partition in wanted(table, at=at, ahead=1)
        if partition.name not in {known.name for known in existing(table)}
    ]


def analyze() -> None:
    """Refresh the statistics of the parents, which autovacuum never does."""
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"ANALYZE {table.name}")
