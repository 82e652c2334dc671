"""What is counted about an account's callbacks, by the hour."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from storage import rows

RECEIVED = "received"
REFUSED = "refused"
APPLIED = "applied"
DUPLICATE = "duplicate"
PARKED = "parked"
DEAD = "dead"
UNMOVED = "unmoved"
INBOUND = "inbound"


class Tally(NamedTuple):
    """One figure of one account in one hour."""

    account_id: int
    figure: str
    bucket: datetime


def hour(at: datetime) -> datetime:
    """Return the hour that holds this time."""
    return at.replace(minute=0, second=0, microsecond=0)


def add(tallies: Mapping[Tally, int]) -> None:
    """Insert deltas in the transaction of what they count."""
    rows.insert(
        "ingestion_receiptcounter",
        ("account_id", "figure", "bucket", "value"),
        [(*tally, value) for tally, value in tallies.items() if value],
    )
