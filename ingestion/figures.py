"""What is counted about an account's callbacks, by the hour, and how exact sums are kept."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from ingestion.models import Proof
from storage import rows

RECEIVED = "received"
PROOF = "proof"  # key: the name of what let it in, as in PROOFS
REFUSED = "refused"
APPLIED = "applied"
DUPLICATE = "duplicate"
REGRESSION = "regression"
PARKED = "parked"
DEAD = "dead"
UNMOVED = "unmoved"
INBOUND = "inbound"
LAG = "lag"  # key: one of BOUNDS as text, or BEYOND
# Callbacks that we posted ourselves: they are in no other figure.
TEST = "test"

PROOFS = {Proof.SIGNED: "signed", Proof.TOKEN: "token", Proof.NONE: "none"}
# Whole seconds between the provider's time and ours, each counted under the first that holds it.
BOUNDS = (
    1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 259_200,
)  # fmt: skip
BEYOND = "more"
_LAG_KEYS = (*map(str, BOUNDS), BEYOND)


class Tally(NamedTuple):
    """One figure of one account in one hour, cut by a key or by none."""

    account_id: int
    figure: str
    bucket: datetime
    key: str = ""


def hour(at: datetime) -> datetime:
    """Return the hour that holds this time."""
    return at.replace(minute=0, second=0, microsecond=0)


def of_arrival(proof: int) -> Iterator[tuple[str, str]]:
    """Yield figure and key that a callback adds to when it is read for the first time."""
    if proof == Proof.TRIAL:
        yield TEST, ""
    else:
        yield RECEIVED, ""
        yield PROOF, PROOFS[Proof(proof)]


def lag(*, stated_at: datetime, received_at: datetime) -> str:
    """Return the key under which the time between the two is counted; none is less than zero."""
    seconds = (received_at - stated_at).total_seconds()
    return _LAG_KEYS[bisect_left(BOUNDS, seconds)]


def add(tallies: Mapping[Tally, int]) -> None:
    """Insert deltas in the transaction of what they count."""
    rows.insert(
        "ingestion_receiptcounter",
        ("account_id", "figure", "bucket", "key", "value"),
        [(*tally, value) for tally, value in tallies.items() if value],
    )


def squash() -> int:
    """Replace the deltas of each figure by their sum; return how many rows that saved.

    As in deliveries.counters: one statement, and a second one at the same time steps aside.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH alone AS MATERIALIZED (
                SELECT pg_try_advisory_xact_lock(hashtext('squash receipt counters')) AS had
            ), grown AS (
                SELECT DISTINCT account_id, bucket
                  FROM ingestion_receiptcounter, alone WHERE had AND fresh
            ), gone AS (
                DELETE FROM ingestion_receiptcounter counter
                 USING grown
                 WHERE counter.account_id = grown.account_id AND counter.bucket = grown.bucket
                RETURNING counter.*
            ), kept AS (
                INSERT INTO ingestion_receiptcounter
                       (account_id, figure, key, bucket, value, fresh)
                SELECT account_id, figure, key, bucket, sum(value), false
                  FROM gone GROUP BY 1, 2, 3, 4 HAVING sum(value) <> 0
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM kept)
            """
        )
        saved: int = cursor.fetchone()[0]
    return saved
