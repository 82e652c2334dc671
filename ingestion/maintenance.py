"""The hourly round: partitions made and dropped, parked callbacks and old errors looked at."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from deliveries import retention as messages
from ingestion import retention as entries
from ingestion import second_look, sweeping
from quarantine import forgiving, importing, resuming, tallies
from storage import partitions
from tracking import wishes

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What was done: names of partitions; strays counts rows in default partitions by table."""

    created: list[str]
    dropped: list[str]
    strays: dict[str, int]


def maintain(*, at: datetime) -> Round:
    """Make the partitions of the next days and months, and drop the old ones.

    What is parked is looked at whatever its age: the sweep in between looks at the latest only.
    """
    sweeping.sweep(at=at, all_ages=True)
    created = partitions.create_ahead(at=at)
    dropped = messages.drop_old_messages(at=at) + entries.drop_old_entries(at=at)
    second_look.look_again(at=at)
    forgiving.forgive(at=at)
    forgiving.drop_old_facts(at=at)
    importing.forget_old(at=at)
    resuming.drop_old(at=at)
    wishes.drop_old(at=at)
    tallies.put_together(at=at)
    partitions.analyze()
    strays = partitions.strays()
    if strays:
        log.error("rows outside every partition: check the clock of the database", **strays)
    return Round(created=created, dropped=dropped, strays=strays)
