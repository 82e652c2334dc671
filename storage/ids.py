"""Time-ordered 64-bit ids: milliseconds since EPOCH above, a sequence in the low 22 bits."""

from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models import Func

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
SEQUENCE_BITS = 22
EPOCH_MILLISECONDS = int(EPOCH.timestamp() * 1000)


class NextId(Func):
    """The database's next id, as a column default."""

    function = "next_id"
    output_field = models.BigIntegerField()


def lowest_id(at: datetime) -> int:
    """Return the lowest id that can be made at or after this time (aware); 0 before EPOCH."""
    milliseconds = (at - EPOCH) // timedelta(milliseconds=1)
    return max(milliseconds, 0) << SEQUENCE_BITS


def time_of(identifier: int) -> datetime:
    """Return when an id was made (UTC, to the millisecond)."""
    return EPOCH + timedelta(milliseconds=identifier >> SEQUENCE_BITS)
