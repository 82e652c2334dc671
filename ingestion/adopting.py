"""Provider ids that are not known yet, of messages that a callback names as we do.

A receipt may overtake the answer to its own submission, or that answer may never come.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection

from deliveries import answers
from ingestion.matching import Place, Places
from ingestion.reading import Heard
from providers import forms
from storage import rows

# What stands in the query of a callback URL that was given with a message.
MARK = f"{answers.FIELD}={answers.PREFIX}"

Key = tuple[int, str]


def places(heard: Iterable[Heard], known: Mapping[Key, object]) -> Places:
    """Return what unknown provider ids stand for, by the names of ours beside them."""
    unknown = [
        item
        for item in heard
        if (item.entry.account_id, item.report.provider_message_id) not in known
    ]
    if not unknown:
        return {}
    ids_in: dict[int, set[str]] = defaultdict(set)
    for item in unknown:
        ids_in[item.entry.id].add(item.report.provider_message_id)
    named = {}
    for item in unknown:
        # A URL is of one message: what tells of several in one request names none of them.
        message_id = _named(item, by_url=len(ids_in[item.entry.id]) == 1)
        if message_id is not None:
            named[item.entry.account_id, item.report.provider_message_id] = message_id
    return _confirmed(named) if named else {}


def _named(item: Heard, *, by_url: bool) -> int | None:
    if item.report.reference:
        return answers.message_of(item.report.reference)
    query = item.entry.query
    if MARK not in query or not by_url:
        return None
    return answers.message_of(forms.parse(query).get(answers.FIELD, ""))


def _confirmed(named: Mapping[Key, int]) -> Places:
    """Return places of those messages that were sent through the account of the callback."""
    wanted = [
        (account_id, provider_id, message) for (account_id, provider_id), message in named.items()
    ]
    ids = list(named.values())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wanted.account_id, wanted.provider_id, message.id
              FROM unnest(%s::bigint[], %s::text[], %s::bigint[])
                   AS wanted(account_id, provider_id, message_id)
              JOIN deliveries_message message ON message.id = wanted.message_id
              JOIN deliveries_delivery delivery ON delivery.id = message.delivery_id
             WHERE delivery.account_id = wanted.account_id AND message.id BETWEEN %s AND %s
            """,
            [*rows.arrays(wanted), min(ids), max(ids)],
        )
        return {
            (account_id, provider_id): [Place(message_id, 1, 1, 1)]
            for account_id, provider_id, message_id in cursor.fetchall()
        }


def keep(adopted: Places) -> None:
    """Remember provider ids that were unknown; their messages are locked."""
    names = [
        (place.message_id, account_id, provider_id, place.part)
        for (account_id, provider_id), found in adopted.items()
        for place in found
    ]
    name(names, parts={message_id: 1 for message_id, *_rest in names})


def name(names: Sequence[tuple[int, int, str, int]], *, parts: Mapping[int, int]) -> None:
    """Remember provider ids of locked messages, unless they are known.

    names: message, account, provider id, part; parts: how many a message has.
    """
    if not names:
        return
    ids = [row[0] for row in names]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO deliveries_providerreference
                   (message_id, account_id, provider_id, part, parts, attempt)
            SELECT message_id, account_id, provider_id, part, parts, 1
              FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::smallint[], %s::smallint[])
                   AS new(message_id, account_id, provider_id, part, parts)
             WHERE NOT EXISTS (
                   SELECT 1 FROM deliveries_providerreference known
                    WHERE known.message_id = new.message_id
                      AND known.message_id BETWEEN %s AND %s
                      AND known.account_id = new.account_id
                      AND known.provider_id = new.provider_id)
            """,
            [*rows.arrays([(*row, parts[row[0]]) for row in names]), min(ids), max(ids)],
        )
