"""What is counted of clicks, in the transaction that judges them, and the same sums from the rows.

A click counts once it is judged.  Over time: by the minute, under the empty key, so that the sum
over the minutes is the delivery's; by URL without time.
"""

from collections import Counter as Sums
from collections.abc import Iterator, Mapping

from django.db import connection

from deliveries import counters, recount
from deliveries.counters import Figure
from deliveries.record import minute
from tracking.models import Click
from tracking.verdicts import Asked, Verdict

HUMAN = Click.Verdict.HUMAN.value
# How a label is written in the key of CLICKERS, beside ids of URLs.
LABEL = "label."

_JUDGED = """
    FROM tracking_click click
   WHERE click.delivery_id = ANY(%(ids)s) AND click.message_id >= %(oldest)s
     AND click.verdict <> 'unjudged'
"""
_BY_PEOPLE = f"{_JUDGED} AND click.verdict = 'human'"
FROM_ROWS = f"""
    SELECT delivery_id, '{counters.CLICKS}', '', date_trunc('minute', at), count(*)
    {_JUDGED} GROUP BY 1, 4
    UNION ALL
    SELECT delivery_id, '{counters.CLICKS}', url_id::text, NULL, count(*) {_JUDGED} GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.HUMAN_CLICKS}', '', date_trunc('minute', at), count(*)
    {_BY_PEOPLE} GROUP BY 1, 4
    UNION ALL
    SELECT delivery_id, '{counters.HUMAN_CLICKS}', url_id::text, NULL, count(*)
    {_BY_PEOPLE} GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.CLICKERS}', '', NULL, count(DISTINCT message_id)
    {_BY_PEOPLE} GROUP BY 1
    UNION ALL
    SELECT delivery_id, '{counters.CLICKERS}', url_id::text, NULL, count(DISTINCT message_id)
    {_BY_PEOPLE} GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.CLICKERS}', '{LABEL}' || label, NULL, count(DISTINCT message_id)
      FROM (SELECT click.delivery_id, click.message_id,
                   (SELECT md5(label) FROM tracking_trackedurl WHERE id = click.url_id) AS label
            {_BY_PEOPLE}) AS labelled WHERE label IS NOT NULL GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.CLICK_VERDICTS}', verdict, NULL, count(*) {_JUDGED} GROUP BY 1, 3
    UNION ALL
    SELECT delivery_id, '{counters.CLICK_REASONS}', reason, NULL, count(*)
      FROM (SELECT click.delivery_id, jsonb_array_elements_text(click.reasons) AS reason
            {_JUDGED}) AS suspected GROUP BY 1, 3
"""
SOURCE = recount.Source(
    figures=(
        counters.CLICKS,
        counters.HUMAN_CLICKS,
        counters.CLICKERS,
        counters.CLICK_VERDICTS,
        counters.CLICK_REASONS,
    ),
    rows=FROM_ROWS,
)


def of_click(delivery_id: int, click: Asked, judged: Verdict) -> Iterator[Figure]:
    """Yield the figures that one judged click adds one to."""
    at, url = minute(click.at), str(click.url_id)
    yield Figure(delivery_id, counters.CLICKS, "", at)
    yield Figure(delivery_id, counters.CLICKS, url, None)
    yield Figure(delivery_id, counters.CLICK_VERDICTS, judged.verdict, None)
    for reason in judged.reasons:
        yield Figure(delivery_id, counters.CLICK_REASONS, reason, None)
    if judged.verdict == HUMAN:
        yield Figure(delivery_id, counters.HUMAN_CLICKS, "", at)
        yield Figure(delivery_id, counters.HUMAN_CLICKS, url, None)


def clickers(
    delivery_id: int, by_people: Mapping[int, int], *, labels: Mapping[int, str]
) -> set[Figure]:
    """Return the figures of people that one message counts in; by_people: its clicks by URL."""
    clicked = [url_id for url_id, number in by_people.items() if number]
    if not clicked:
        return set()
    keys = {"", *map(str, clicked), *(LABEL + labels[url] for url in clicked if url in labels)}
    return {Figure(delivery_id, counters.CLICKERS, key, None) for key in keys}


def relabel(*, delivery_id: int) -> None:
    """Count the people of each label anew, in the transaction that changed a label.

    Whoever counts clicks holds the labels as they were until that is committed (clicks.labels).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO deliveries_counter (delivery_id, figure, key, bucket, value, fresh)
            SELECT %(id)s, %(figure)s, key, NULL,
                   coalesce(people.value, 0) - coalesce(counted.value, 0), true
              FROM (SELECT %(label)s || md5(url.label) AS key,
                           count(DISTINCT click.message_id) AS value
                      FROM tracking_click click
                      JOIN tracking_trackedurl url ON url.id = click.url_id
                     WHERE click.delivery_id = %(id)s AND click.message_id >= %(id)s
                       AND click.verdict = 'human'
                     GROUP BY 1) AS people
              FULL JOIN (SELECT key, sum(value) AS value FROM deliveries_counter
                          WHERE delivery_id = %(id)s AND figure = %(figure)s
                            AND starts_with(key, %(label)s)
                          GROUP BY 1) AS counted USING (key)
             WHERE coalesce(people.value, 0) <> coalesce(counted.value, 0)
            """,
            {"id": delivery_id, "figure": counters.CLICKERS, "label": LABEL},
        )


def difference(before: set[Figure], now: set[Figure]) -> Sums[Figure]:
    """Return the deltas between what a message counted in and what it counts in now."""
    deltas: Sums[Figure] = Sums()
    deltas.update(now - before)
    deltas.subtract(before - now)
    return deltas
