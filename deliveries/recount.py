"""Proving the counters: the same sums, made from the rows, must agree with them.

Both are read in one snapshot, so it can be done while messages move.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection, transaction

from deliveries import counters, latency
from deliveries.counters import REACHED, Figure
from messaging.addresses import PREFIX_LENGTH
from messaging.statuses import IN_PROGRESS, PROCESSED, MessageStatus

_DELIVERED = int(MessageStatus.DELIVERED)
_PROCESSED = ", ".join(str(int(status)) for status in PROCESSED)
_IN_PROGRESS = ", ".join(str(int(status)) for status in IN_PROGRESS)
# What counters.of_message and of exclusions say, as sums over rows.
FROM_ROWS = f"""
    WITH message AS MATERIALIZED (
        SELECT * FROM deliveries_message WHERE delivery_id = ANY(%(ids)s) AND id >= %(oldest)s
    )
    SELECT delivery_id, '{counters.TARGETED}' AS figure, '' AS key,
           NULL::timestamptz AS bucket, count(*) AS value
      FROM (SELECT delivery_id FROM message UNION ALL
            SELECT delivery_id FROM deliveries_exclusion WHERE delivery_id = ANY(%(ids)s)) AS target
     GROUP BY 1
    UNION ALL
    SELECT delivery_id, '{counters.EXCLUDED}', reason::text, NULL, count(*)
      FROM deliveries_exclusion WHERE delivery_id = ANY(%(ids)s) GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.STATE}', concat_ws('.', status, failure_type, reason), NULL,
           count(*)
      FROM message GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.ERROR}', qualification_id::text, NULL, count(*)
      FROM message WHERE qualification_id IS NOT NULL GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.NETWORK}', concat_ws('.', country, network, status), NULL,
           count(*)
      FROM message GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.AWAITING}', '', date_trunc('minute', accepted_at), count(*)
      FROM message WHERE accepted_at IS NOT NULL AND status IN ({_IN_PROGRESS}) GROUP BY 1, 4
    UNION ALL
    SELECT delivery_id, '{counters.SEGMENTS}', concat_ws('.', country, network), NULL,
           sum(segments)
      FROM message WHERE segments > 0 GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.SPEND}', concat_ws('.', country, network, currency), NULL,
           sum(trunc(price * {counters.MILLIONTHS}))
      FROM message WHERE price IS NOT NULL GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.EVIDENCE}', evidence::text, NULL, count(*)
      FROM message WHERE status = {_DELIVERED} GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.LATENCY}', ({latency.SQL})::text, NULL, count(*)
      FROM message WHERE status = {_DELIVERED} AND {latency.SQL} IS NOT NULL GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.PREFIX}',
           concat_ws('.', left(address, {PREFIX_LENGTH}) COLLATE "default", status), NULL, count(*)
      FROM message WHERE status IN ({_PROCESSED}) AND address LIKE '+%%' GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.OPT_OUTS}', '', NULL, count(DISTINCT message_id)
      FROM quarantine_word WHERE delivery_id = ANY(%(ids)s) AND says = 'stop' GROUP BY 1
""" + "".join(
    f"""
    UNION ALL
    SELECT delivery_id, '{figure}', '', date_trunc('minute', {column}), count(*)
      FROM message WHERE {column} IS NOT NULL GROUP BY 1, 4
"""
    for figure, column in REACHED.items()
)


class Source(NamedTuple):
    """Figures that a package above counts, and the same sums from its rows.

    rows: as FROM_ROWS, of the deliveries %(ids)s, whose first one is %(oldest)s.
    """

    figures: tuple[str, ...]
    rows: str


_above: list[Source] = []
RECOUNTED = (
    counters.TARGETED,
    counters.EXCLUDED,
    counters.STATE,
    counters.ERROR,
    counters.NETWORK,
    counters.AWAITING,
    counters.SEGMENTS,
    counters.SPEND,
    counters.EVIDENCE,
    counters.LATENCY,
    counters.PREFIX,
    counters.OPT_OUTS,
    *REACHED,
)
COUNTED = """
    SELECT delivery_id, figure, key, bucket, sum(value) AS value FROM deliveries_counter
     WHERE delivery_id = ANY(%(ids)s) AND figure = ANY(%(figures)s) GROUP BY 1, 2, 3, 4
"""


def include(source: Source) -> None:
    """Prove these figures too, from now on."""
    if source not in _above:
        _above.append(source)


class Drift(NamedTuple):
    """A figure whose counters and rows disagree."""

    figure: Figure
    counted: int
    real: int


def drifts(*, delivery_ids: Sequence[int]) -> list[Drift]:
    """Return every figure of these deliveries that is not what the rows say."""
    if not delivery_ids:
        return []
    real = " UNION ALL ".join([FROM_ROWS, *(source.rows for source in _above)])
    figures = [*RECOUNTED, *(figure for source in _above for figure in source.figures)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT named.*, coalesce(counted.value, 0), coalesce(real.value, 0)
              FROM ({COUNTED}) AS counted
              FULL JOIN ({real}) AS real
                   ON counted.delivery_id = real.delivery_id AND counted.figure = real.figure
                  AND counted.key = real.key
                  AND coalesce(counted.bucket, '-infinity') = coalesce(real.bucket, '-infinity')
             CROSS JOIN LATERAL (
                   SELECT coalesce(counted.delivery_id, real.delivery_id),
                          coalesce(counted.figure, real.figure),
                          coalesce(counted.key, real.key),
                          coalesce(counted.bucket, real.bucket)
                  ) AS named(delivery_id, figure, key, bucket)
             WHERE coalesce(counted.value, 0) <> coalesce(real.value, 0)
             ORDER BY 1, 2, 3, 4
            """,
            {"ids": list(delivery_ids), "oldest": min(delivery_ids), "figures": figures},
        )
        return [Drift(Figure(*row[:4]), int(row[4]), int(row[5])) for row in cursor.fetchall()]


@transaction.atomic
def mend(*, delivery_ids: Sequence[int]) -> list[Drift]:
    """Insert the deltas that are missing; return what was mended."""
    with connection.cursor() as cursor:
        # Nothing may be counted between the look and the mending.
        cursor.execute("LOCK TABLE deliveries_counter IN SHARE ROW EXCLUSIVE MODE")
    found = drifts(delivery_ids=delivery_ids)
    counters.add({drift.figure: drift.real - drift.counted for drift in found})
    return found
