"""Reading and writing clicks in batches: each function is one statement."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from deliveries.models import Message
from messaging.statuses import Evidence, MessageStatus
from storage import rows
from storage.ids import time_of
from tracking.models import Click
from tracking.verdicts import BURST, Asked, Journey

# A registration that gives no time of sending leaves its own; so close, it tells nothing.
UNSTATED = timedelta(seconds=2)


class Stored(NamedTuple):
    """A click as it stands, with the message and the delivery it belongs to."""

    message_id: int
    delivery_id: int
    asked: Asked
    verdict: str
    reasons: tuple[str, ...]
    rules: int
    settled: bool


class Judged(NamedTuple):
    """What is written of a click that was judged; reasons as JSON."""

    message_id: int
    id: int
    verdict: str
    reasons: str
    rules: int
    device: str
    system: str
    country: str


_COLUMNS = (
    "click.message_id, click.delivery_id, click.verdict, click.reasons, click.rules, "
    "click.settled, click.id, click.url_id, click.at, click.method, click.user_agent, "
    "click.network, click.headers"
)


def to_judge(*, most: int) -> list[int]:
    """Return messages with clicks that nobody has judged, in the order of their keys."""
    return _ids(
        "SELECT DISTINCT message_id FROM tracking_click WHERE verdict = %s "
        "ORDER BY message_id LIMIT %s",
        [Click.Verdict.UNJUDGED, most],
    )


def claim(*, most: int) -> list[int]:
    """Take messages out of those whose clicks must be judged again, in the order of their keys."""
    return rows.claim("tracking_messagetojudge", "message_id", most=most)


def after(message_id: int, *, most: int) -> list[int]:
    """Return the next messages, by id, that were clicked."""
    return _ids(
        "SELECT DISTINCT message_id FROM tracking_click WHERE message_id > %s "
        "ORDER BY message_id LIMIT %s",
        [message_id, most],
    )


def ask_again(message_ids: Collection[int]) -> list[int]:
    """Note, and return, which of these messages were clicked: to be judged again."""
    if not message_ids:
        return []
    return _ids(
        "INSERT INTO tracking_messagetojudge (message_id) "
        "SELECT DISTINCT message_id FROM tracking_click "
        "WHERE message_id = ANY(%s::bigint[]) AND message_id BETWEEN %s AND %s "
        "RETURNING message_id",
        [rows.array(message_ids), min(message_ids), max(message_ids)],
    )


def near(
    message_ids: Collection[int], *, anew: Collection[int], lock: bool
) -> dict[int, list[Stored]]:
    """Return by message the clicks whose verdicts may change, in the order of their keys.

    Those of `anew` in full; of the others what is not judged, and what came so close to it that
    they may be of one burst.
    """
    found: dict[int, list[Stored]] = defaultdict(list)
    if not message_ids:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {_COLUMNS}
              FROM tracking_click click, make_interval(secs => %s) AS near(by)
             WHERE click.message_id = ANY(%s::bigint[]) AND click.message_id BETWEEN %s AND %s
               AND (click.message_id = ANY(%s::bigint[])
                    OR EXISTS (SELECT FROM tracking_click fresh
                                WHERE fresh.message_id = click.message_id
                                  AND fresh.message_id BETWEEN %s AND %s
                                  AND fresh.verdict = 'unjudged'
                                  AND fresh.at BETWEEN click.at - near.by AND click.at + near.by))
             ORDER BY click.message_id, click.id {"FOR UPDATE OF click" if lock else ""}
            """,
            [
                # What is next to a neighbour may be of its second.
                2 * BURST.total_seconds(),
                rows.array(message_ids),
                min(message_ids),
                max(message_ids),
                rows.array(anew),
                min(message_ids),
                max(message_ids),
            ],
        )
        for row in cursor.fetchall():
            found[row[0]].append(_stored(row))
    return found


def _stored(row: Sequence[Any]) -> Stored:
    message_id, delivery_id, verdict, reasons, version, settled, *asked, headers = row
    request = Asked._make([*asked, _read(headers)])
    return Stored(
        message_id, delivery_id, request, verdict, tuple(_read(reasons)), version, settled
    )


def _read(value: Any) -> Any:
    """Return what a column of JSON holds; beside Django's field it comes as it is written."""
    return json.loads(value) if isinstance(value, str) else value


def by_people(message_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """Return by message and URL how many clicks stand as a person's."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    if not message_ids:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, url_id, count(*) FROM tracking_click "
            "WHERE message_id = ANY(%s::bigint[]) AND message_id BETWEEN %s AND %s "
            "AND verdict = %s GROUP BY 1, 2",
            [rows.array(message_ids), min(message_ids), max(message_ids), Click.Verdict.HUMAN],
        )
        for message_id, url_id, number in cursor.fetchall():
            found[message_id][url_id] = number
    return found


def journeys(accepted: Mapping[int, datetime | None]) -> dict[int, Journey]:
    """Return what is known of messages; accepted: when each was handed over, by its id."""
    if not accepted:
        return {}
    ids: list[Any] = [rows.array(accepted), min(accepted), max(accepted)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wanted.id, link.number, said.at
              FROM unnest(%s::bigint[]) AS wanted(id)
              LEFT JOIN (SELECT message_id, count(DISTINCT url_id) AS number FROM tracking_link
                          WHERE message_id = ANY(%s::bigint[]) AND message_id BETWEEN %s AND %s
                          GROUP BY 1) AS link ON link.message_id = wanted.id
              LEFT JOIN (SELECT message_id, min(occurred_at) AS at FROM deliveries_messageevent
                          WHERE message_id = ANY(%s::bigint[]) AND message_id BETWEEN %s AND %s
                            AND status = %s AND stated_at IS NOT NULL AND evidence <> %s
                          GROUP BY 1) AS said ON said.message_id = wanted.id
            """,
            [ids[0], *ids, *ids, int(MessageStatus.DELIVERED), int(Evidence.CLICKED)],
        )
        return {
            message_id: Journey(_stated(message_id, accepted[message_id]), delivered, links or 0)
            for message_id, links, delivered in cursor.fetchall()
        }


def _stated(message_id: int, accepted_at: datetime | None) -> datetime | None:
    """Return when a message was handed over, where that is more than when it was written here."""
    if accepted_at is None or abs(accepted_at - time_of(message_id)) < UNSTATED:
        return None
    return accepted_at


def labels(url_ids: Collection[int], *, hold: bool = False) -> dict[int, str]:
    """Return by URL what its label is counted by; hold: nobody may change it meanwhile."""
    if not url_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, md5(label) FROM tracking_trackedurl WHERE id = ANY(%s::bigint[]) "
            f"ORDER BY id {'FOR SHARE' if hold else ''}",
            [rows.array(url_ids)],
        )
        return dict(cursor.fetchall())


def write(judged: Sequence[Judged]) -> None:
    """Write what clicks were judged to be."""
    if not judged:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tracking_click click
               SET verdict = new.verdict, reasons = new.reasons, rules = new.rules,
                   device = new.device, system = new.system, country = new.country
              FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::jsonb[], %s::smallint[],
                          %s::text[], %s::text[], %s::text[])
                   AS new(message_id, id, verdict, reasons, rules, device, system, country)
             WHERE click.message_id = new.message_id AND click.id = new.id
               AND click.message_id BETWEEN %s AND %s
            """,
            [
                *rows.arrays(judged),
                min(click.message_id for click in judged),
                max(click.message_id for click in judged),
            ],
        )


def forget(message_ids: Collection[int]) -> None:
    """Take out of the clicks in these messages what tells about who clicked; verdicts stay.

    What was not judged before is taken for nobody's.
    """
    if not message_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracking_click SET user_agent = '', network = '', headers = '{}', "
            "device = '', system = '', country = '', settled = verdict <> 'unjudged' "
            "WHERE message_id = ANY(%s::bigint[]) AND message_id BETWEEN %s AND %s",
            [rows.array(message_ids), min(message_ids), max(message_ids)],
        )


def forget_erased(message_ids: Collection[int]) -> None:
    """Take out who clicked in those of these messages that were erased before."""
    erased = Message.objects.filter(pk__in=message_ids, address="")
    forget(list(erased.values_list("pk", flat=True)))


def _ids(statement: str, parameters: Sequence[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [row[0] for row in cursor.fetchall()]
